// SPDX-License-Identifier: Apache-2.0
// One puts up the bond and gets what it earns, another plays.
pragma solidity 0.8.37;

import {GameId} from "src/dispute/IDisputeGame.sol";
import {IJobMarket, JobId} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract ChallengeForTest is World {
    JobId private jobId;
    GameId private gameId;

    function setUp() public override {
        super.setUp();
        jobId = runningJob();
        commit(jobId, 0);
        vm.expectEmit(address(market));
        emit IJobMarket.CheckpointChallenged(jobId, GameId.wrap(1), stranger, 0, 0);
        vm.prank(challenger);
        gameId = market.challengeFor(jobId, 0, stranger);
    }

    function test_the_player_moves_and_the_backer_pays() public view {
        assertEq(games.claimOf(gameId).challenger, stranger);
        assertEq(market.challengeOf(gameId).backer, challenger);
        assertEq(token.balanceOf(challenger), FUNDS - 50 ether);
    }

    function test_the_backer_gets_what_a_won_game_earns() public {
        vm.expectEmit(address(market));
        emit IJobMarket.SolverConvicted(jobId, solver, challenger, 1000 ether, 100 ether, 0);
        verdict(gameId, false);
        assertEq(market.claimable(challenger), 150 ether);
        assertEq(market.claimable(stranger), 0);
    }

    function test_the_backer_loses_the_bond_of_a_lost_game() public {
        vm.expectEmit(address(market));
        emit IJobMarket.ChallengeRejected(jobId, gameId, challenger);
        verdict(gameId, true);
        assertEq(market.claimable(challenger), 0);
        assertEq(market.claimable(solver), 25 ether);
    }
}
