// SPDX-License-Identifier: Apache-2.0
// Tokens that a careless deployment might have chosen.
pragma solidity 0.8.37;

import {LydianToken} from "src/token/LydianToken.sol";

/// Keeps a part of each transfer once its owner turns that on, as some stablecoins may.
contract TaxedToken is LydianToken {
    uint256 public taxPercent;

    constructor(address holder) LydianToken(holder) {}

    function setTax(uint256 percent) external {
        taxPercent = percent;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && taxPercent != 0) {
            super._update(to, address(0xdead), value * taxPercent / 100);
        }
    }
}

/// Tells the sender before a transfer and the recipient after it, as ERC-777 does.
contract HookedToken is LydianToken {
    mapping(address account => bool) private _listens;

    constructor(address holder) LydianToken(holder) {}

    function listen() external {
        _listens[msg.sender] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (_listens[from]) Reenterer(from).transferred();
        super._update(from, to, value);
        if (_listens[to]) Reenterer(to).transferred();
    }
}

/// Sends one call, and the same or another one again from within the transfer that the first causes.
contract Reenterer {
    address private _target;
    bytes private _inner;
    bool private _armed;
    bool public entered;
    bytes public refusal;

    function listenTo(HookedToken token) external {
        token.listen();
    }

    function send(address target, bytes calldata data) external returns (bool done) {
        (done,) = target.call(data);
    }

    function attack(address target, bytes calldata outer, bytes calldata inner) external returns (bool done) {
        (_target, _inner, _armed) = (target, inner, true);
        (done,) = target.call(outer);
        _armed = false;
    }

    function transferred() external {
        if (!_armed) return;
        _armed = false;
        (entered, refusal) = _target.call(_inner);
    }
}
