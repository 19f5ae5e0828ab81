// SPDX-License-Identifier: Apache-2.0
// The token: its supply is fixed, an allowance can be given by signature, and a delegated vote is counted by time.
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

    function test_votes_are_those_of_the_moment_and_only_when_delegated() public {
        address holder = makeAccount("holder");
        address other = makeAccount("other");
        LydianToken token = new LydianToken(holder);
        vm.warp(1000);
        assertEq(token.getVotes(holder), 0);
        vm.startPrank(holder);
        token.delegate(holder);
        assertEq(token.getVotes(holder), token.SUPPLY());
        vm.warp(2000);
        assertTrue(token.transfer(other, 5 ether));
        vm.stopPrank();
        vm.warp(2001);
        assertEq(token.getPastVotes(holder, 1999), token.SUPPLY());
        assertEq(token.getPastVotes(holder, 2000), token.SUPPLY() - 5 ether);
        assertEq(token.getVotes(other), 0);
        assertEq(token.CLOCK_MODE(), "mode=timestamp");
    }
}
