// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INodeRegistry, NodeRecord} from "src/market/INodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract RegisterTest is World {
    bytes32 private constant KEY = keccak256("peer");

    function test_keeps_what_the_operator_says() public {
        vm.expectEmit(address(registry));
        emit INodeRegistry.NodeRegistered(stranger, KEY, new bytes(64), "a b", 5, 6);
        vm.prank(stranger);
        registry.register(KEY, new bytes(64), "a b", 5, 6);
        NodeRecord memory record = registry.node(stranger);
        assertEq(record.peerKey, KEY);
        assertEq(record.memoryBytes, 5);
        assertEq(record.speedClass, 6);
        assertTrue(registry.isRegistered(stranger));
    }

    function test_second_registration_replaces_the_first() public {
        vm.prank(solver);
        registry.register(KEY, new bytes(64), "", 1, 2);
        assertEq(registry.node(solver).peerKey, KEY);
        assertEq(registry.stake(solver).free, STAKE);
    }

    function test_refuses_zero_key() public {
        vm.expectRevert(INodeRegistry.ZeroPeerKey.selector);
        registry.register(0, new bytes(64), "", 1, 2);
    }

    function test_refuses_signature_of_another_length() public {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BadPossessionLength.selector, 63));
        registry.register(KEY, new bytes(63), "", 1, 2);
    }

    function test_refuses_endpoints_beyond_the_limit() public {
        registry.register(KEY, new bytes(64), string(new bytes(512)), 1, 2);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.EndpointsTooLong.selector, 513, 512));
        registry.register(KEY, new bytes(64), string(new bytes(513)), 1, 2);
    }

    function test_possession_digest_names_chain_registry_and_operator() public view {
        bytes32 expected = keccak256(abi.encode("lydian peer", block.chainid, address(registry), solver));
        assertEq(registry.possessionDigest(solver), expected);
    }
}
