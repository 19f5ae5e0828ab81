// SPDX-License-Identifier: Apache-2.0
// A challenge is a demand for data as well: it can be steered to any block of the committed state, which the solver then
// publishes, or loses by the clock.
pragma solidity 0.8.37;

import {GameId, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {JobId, Status} from "src/market/IJobMarket.sol";
import {Cases} from "test/actors/Cases.sol";
import {Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Tree, Trees} from "test/actors/Trees.sol";

contract DataTest is Cases {
    using Scenarios for Scenario;
    using Trees for Tree;

    uint64 private constant DEMANDED = 1;

    JobId private jobId;
    GameId private gameId;
    bytes private data;

    /// The result is the output of the last node; nobody is wrong, somebody wants its block number 1.
    function setUp() public override {
        super.setUp();
        Scenario memory s = longViewCase(uint64(DEMANDED * BLOCK));
        bytes[] memory outputs = new bytes[](Scenarios.NODES);
        outputs[Scenarios.NODES - 1] = s.outputs[0];
        s.outputs = outputs;
        s.transition = Scenarios.STEPS + 1;
        View memory responder = s.honestView();
        (jobId, gameId) = openGame(s, responder);
        play(s, gameId, responder, Phase.Publish);
        data = Trees.slice(responder.output, DEMANDED * BLOCK, BLOCK);
        assertEq(Root.unwrap(market.checkpoint(jobId, 0).root), Root.unwrap(responder.blocks.root()));
    }

    function test_a_block_of_the_checkpoint_must_be_published() public view {
        assertEq(Root.unwrap(games.gameState(gameId).cursor), sha256(data));
        assertEq(games.mover(gameId), solver);
    }

    function test_withheld_data_loses() public {
        elapse(1000);
        games.timeout(gameId);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ChallengerWon));
        assertStatus(jobId, Status.Open);
        assertEq(registry.stake(solver).free, STAKE - 1000 ether);
    }

    /// Who only wanted the data pays for it with the bond, half of which is the solver's.
    function test_published_data_is_paid_for() public {
        vm.prank(solver);
        games.publish(gameId, data);
        elapse(1000);
        games.timeout(gameId);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ResponderWon));
        assertStatus(jobId, Status.Running);
        assertEq(market.claimable(solver), 25 ether);
    }
}
