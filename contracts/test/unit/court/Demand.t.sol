// SPDX-License-Identifier: Apache-2.0
// Availability: demand, answer, expire, claim.
pragma solidity 0.8.37;

import {DemandId, IDemands} from "src/court/IDemands.sol";
import {Root} from "src/dispute/Root.sol";
import {IJobMarket, JobId, Status} from "src/market/IJobMarket.sol";
import {Tree, Trees} from "test/actors/Trees.sol";
import {beginHeader} from "test/utils/Headers.sol";
import {World} from "test/utils/World.sol";

contract DemandTest is World {
    using Trees for Tree;

    uint64 private constant LENGTH = 50_000; // three blocks and a part
    JobId private jobId;
    bytes private blob;

    /// The first of two checkpoints, a state, is committed.
    function setUp() public override {
        super.setUp();
        blob = new bytes(LENGTH);
        for (uint256 i = 0; i < LENGTH; i += 100) {
            blob[i] = bytes1(uint8(i / 100));
        }
        vm.prank(submitter);
        jobId = market.post(header(), Root.wrap("blob"), 1, someTerms());
        vm.startPrank(solver);
        market.accept(jobId, 0);
        market.commitCheckpoint(jobId, 0, Trees.ofBlob(blob).root());
        vm.stopPrank();
        fund(stranger);
    }

    function test_answer_pays_the_solver_and_lets_the_checkpoint_settle() public {
        DemandId demandId = demand(2);
        assertEq(token.balanceOf(stranger), FUNDS - 5 ether);
        passWindow();
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.GameOpen.selector, jobId, 0, 1));
        market.settle(jobId, 0);
        vm.warp(vm.getBlockTimestamp() - 500);
        answer(demandId, 2);
        assertEq(demands.claimable(solver), 5 ether);
        passWindow();
        market.settle(jobId, 0);
        demands.claim(solver);
        assertEq(token.balanceOf(address(demands)), 0);
        vm.expectRevert(abi.encodeWithSelector(IDemands.NothingToClaim.selector, solver));
        demands.claim(solver);
    }

    /// The last block is shorter.
    function test_every_block_can_be_shown() public {
        for (uint64 i = 0; i < 4; ++i) {
            answer(demand(i), i);
        }
        assertEq(demands.claimable(solver), 20 ether);
    }

    function test_withheld_block_costs_the_bond() public {
        DemandId demandId = demand(1);
        elapse(200);
        vm.expectPartialRevert(IDemands.TimeIsNotUp.selector);
        demands.expire(demandId);
        elapse(1);
        vm.expectEmit(address(demands));
        emit IDemands.Forfeited(demandId, solver);
        demands.expire(demandId);
        assertStatus(jobId, Status.Open);
        assertEq(registry.stake(solver).free, STAKE - 1000 ether);
        assertEq(market.claimable(stranger), 100 ether);
        assertEq(demands.claimable(stranger), 5 ether);
    }

    function test_refuses_late_answers() public {
        DemandId demandId = demand(1);
        elapse(201);
        bytes memory data = Trees.slice(blob, 16_384, 16_384);
        bytes32[] memory path = Trees.ofBlob(blob).path(1);
        vm.expectPartialRevert(IDemands.TimeIsUp.selector);
        demands.answer(demandId, data, path);
    }

    function test_refuses_anything_but_the_block() public {
        DemandId demandId = demand(1);
        bytes memory data = Trees.slice(blob, 16_384, 16_384);
        bytes32[] memory path = Trees.ofBlob(blob).path(1);
        vm.expectRevert(abi.encodeWithSelector(IDemands.WrongPathLength.selector, 1, 2));
        demands.answer(demandId, data, new bytes32[](1));
        bytes memory shorter = Trees.slice(blob, 16_384, 16_383);
        vm.expectRevert(abi.encodeWithSelector(IDemands.WrongBlockLength.selector, 16_383, 16_384));
        demands.answer(demandId, shorter, path);
        data[7] ^= 0x01;
        vm.expectPartialRevert(IDemands.NotInTree.selector);
        demands.answer(demandId, data, path);
        // Another block of the same blob is not the one.
        bytes memory other = Trees.slice(blob, 0, 16_384);
        bytes32[] memory itsPath = Trees.ofBlob(blob).path(0);
        vm.expectPartialRevert(IDemands.NotInTree.selector);
        demands.answer(demandId, other, itsPath);
    }

    function test_refuses_a_block_that_does_not_exist() public {
        vm.expectRevert(abi.encodeWithSelector(IDemands.BlockOutOfRange.selector, 4, 4));
        demand(4);
    }

    function test_refuses_another_program() public {
        bytes32[12] memory other = header();
        other[3] = bytes32(uint256(1 << 20));
        vm.expectPartialRevert(IDemands.NotTheProgram.selector);
        vm.prank(stranger);
        demands.demand(jobId, 0, 0, other);
    }

    function test_refuses_after_the_window_and_before_the_commitment() public {
        vm.expectRevert(abi.encodeWithSelector(IDemands.NotCommitted.selector, jobId, 1));
        vm.prank(stranger);
        demands.demand(jobId, 1, 0, header());
        passWindow();
        vm.expectPartialRevert(IDemands.WindowClosed.selector);
        demand(0);
    }

    /// The last checkpoint is the result, which has a length of its own.
    function test_result_has_its_own_length() public {
        Root root = Trees.ofBlob(new bytes(10)).root();
        vm.prank(solver);
        market.commitCheckpoint(jobId, 1, root);
        vm.expectRevert(abi.encodeWithSelector(IDemands.BlockOutOfRange.selector, 1, 1));
        vm.prank(stranger);
        demands.demand(jobId, 1, 1, header());
        vm.prank(stranger);
        DemandId demandId = demands.demand(jobId, 1, 0, header());
        demands.answer(demandId, new bytes(10), new bytes32[](0));
        assertEq(demands.claimable(solver), 5 ether);
    }

    function test_moot_demand_returns_its_bond() public {
        DemandId demandId = demand(0);
        verdict(challengeBy(challenger, jobId, 0), false);
        vm.expectEmit(address(demands));
        emit IDemands.DemandMoot(demandId);
        demands.expire(demandId);
        assertEq(demands.claimable(stranger), 5 ether);
        assertEq(market.claimable(stranger), 0);
        vm.expectRevert(abi.encodeWithSelector(IDemands.NoSuchDemand.selector, demandId));
        demands.expire(demandId);
    }

    /// Two demands for the same block are two answers.
    function test_each_demand_is_answered_and_paid() public {
        DemandId first = demand(0);
        DemandId second = demand(0);
        answer(first, 0);
        assertEq(market.checkpoint(jobId, 0).openGames, 1);
        elapse(201);
        demands.expire(second);
        assertStatus(jobId, Status.Open);
    }

    function header() private pure returns (bytes32[12] memory words) {
        words = beginHeader(10, 5);
        words[3] = bytes32(uint256(LENGTH));
        words[4] = bytes32(uint256(10));
    }

    function demand(uint64 blockIndex) private returns (DemandId) {
        vm.prank(stranger);
        return demands.demand(jobId, 0, blockIndex, header());
    }

    /// Anybody may show it; the bond is the solver's.
    function answer(DemandId demandId, uint64 blockIndex) private {
        bytes memory data = Trees.slice(blob, blockIndex * 16_384, 16_384);
        bytes32[] memory path = Trees.ofBlob(blob).path(blockIndex);
        vm.prank(challenger);
        demands.answer(demandId, data, path);
    }
}
