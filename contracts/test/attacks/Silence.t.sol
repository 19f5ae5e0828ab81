// SPDX-License-Identifier: Apache-2.0
// Attackers that win by not answering, or by answering late.
pragma solidity 0.8.37;

import {DemandId} from "src/court/IDemands.sol";
import {GameId, GameState, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {Status} from "src/market/IJobMarket.sol";
import {Scenario, Scenarios} from "test/actors/Scenario.sol";
import {Attack} from "test/attacks/Attack.sol";

/// Commits a wrong result and never moves: perhaps nobody insists.
contract SilentResponder is Attack {
    using Scenarios for Scenario;

    function test_loses_by_the_clock() public {
        Scenario memory s = mapCase(0);
        begin(solver);
        commitAll(s, s.wrongView(elementSize(s)));
        GameId gameId = challengeBy(challenger, audited, 0);
        elapse(123 + 300 + 1);
        games.timeout(gameId);
        end("the price", 100 ether, 1000 ether);
    }
}

/// Commits a wrong result and moves in the last second of each move, so that the challenger's patience or clock ends
/// first.
contract LastSecondMover is Attack {
    using Scenarios for Scenario;

    function test_loses_to_who_is_right() public {
        Scenario memory s = matmulCase(true, 70, 7, 35);
        begin(solver);
        commitAll(s, s.wrongView(elementSize(s)));
        GameId gameId = challengeBy(challenger, audited, 0);
        uint256 start = vm.getBlockTimestamp();
        play(s, gameId, s.wrongView(elementSize(s)), Phase.Over);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ChallengerWon));
        // Two rounds of steps, 19 later moves at most, one budget: the challenger answers at once.
        assertLe(vm.getBlockTimestamp() - start, 123 + 6 + 19 * 12 + 300);
        end("the price", 100 ether, 1000 ether);
    }

    function sendMove(GameId gameId, address mover, bytes memory data) internal override {
        GameState memory state = games.gameState(gameId);
        if (mover == solver) vm.warp(Timestamp.unwrap(state.deadline));
        super.sendMove(gameId, mover, data);
    }
}

/// Commits a number that is the root of nothing.
contract RootWithoutData is Attack {
    using Scenarios for Scenario;

    function test_loses_to_a_demand() public {
        Scenario memory s = mapCase(0);
        bytes32[12] memory header = s.header();
        begin(solver);
        commitAll(s, s.wrongView(elementSize(s)));
        vm.prank(submitter);
        DemandId demandId = demands.demand(audited, 0, 0, header);
        elapse(201);
        demands.expire(demandId);
        end("the price", 100 ether, 1000 ether);
    }
}

/// Computes the result, keeps it to itself, and asks the submitter for more than the price.
contract Withholder is Attack {
    using Scenarios for Scenario;

    function test_loses_to_a_demand_although_it_is_right() public {
        Scenario memory s = mapCase(0);
        bytes32[12] memory header = s.header();
        begin(solver);
        commitAll(s, s.honestView());
        vm.prank(submitter);
        DemandId demandId = demands.demand(audited, 0, 0, header);
        elapse(201);
        demands.expire(demandId);
        assertStatus(audited, Status.Open);
        end("a ransom as high as the job's maximum", 300 ether, 1000 ether);
    }
}

/// Demands blocks it could have had from the swarm, to make the solver pay the ledger's fee.
contract VexatiousAsker is Attack {
    using Scenarios for Scenario;

    function test_pays_for_every_block() public {
        Scenario memory s = mapCase(0);
        bytes32[12] memory header = s.header();
        header[4] = bytes32(uint256(10));
        vm.prank(submitter);
        audited = market.post(header, someRoot(0), 1, someTerms());
        bytes memory result = new bytes(10);
        vm.startPrank(solver);
        market.accept(audited, 0);
        market.commitCheckpoint(audited, 0, Root.wrap(sha256(result)));
        vm.stopPrank();
        fund(stranger);
        begin(stranger);
        for (uint256 i = 1; i <= 10; ++i) {
            vm.prank(stranger);
            DemandId demandId = demands.demand(audited, 0, 0, header);
            demands.answer(demandId, result, new bytes32[](0));
        }
        passWindow();
        market.settle(audited, 0);
        end("ten answers' gas of the solver", 0, 50 ether);
    }
}
