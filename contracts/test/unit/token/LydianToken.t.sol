// SPDX-License-Identifier: Apache-2.0
// The token: its supply is fixed, and an allowance can be given by signature.
pragma solidity 0.8.37;

import {LydianToken} from "src/token/LydianToken.sol";
import {Test} from "test/utils/Test.sol";

contract LydianTokenTest is Test {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function test_holder_gets_the_whole_supply() public {
        address holder = makeAccount("holder");
        LydianToken token = new LydianToken(holder);
        assertEq(token.totalSupply(), 1_000_000_000 ether);
        assertEq(token.balanceOf(holder), token.totalSupply());
        assertEq(token.symbol(), "LYD");
    }

    function test_permit_sets_the_allowance() public {
        uint256 key = 7;
        address owner = vm.addr(key);
        LydianToken token = new LydianToken(owner);
        bytes32 content = keccak256(abi.encode(PERMIT, owner, address(this), 5 ether, 0, block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), content)));
        token.permit(owner, address(this), 5 ether, block.timestamp, v, r, s);
        assertEq(token.allowance(owner, address(this)), 5 ether);
    }
}
