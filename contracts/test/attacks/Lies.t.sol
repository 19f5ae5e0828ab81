// SPDX-License-Identifier: Apache-2.0
// Attackers that answer without having computed.
pragma solidity 0.8.37;

import {Answer, AuditId, IAudits} from "src/court/IAudits.sol";
import {GameId, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {IScalars} from "src/dispute/IScalars.sol";
import {Root} from "src/dispute/Root.sol";
import {IJobMarket} from "src/market/IJobMarket.sol";
import {Situation} from "test/actors/Players.sol";
import {Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Attack} from "test/attacks/Attack.sol";

/// An auditor that reveals what the solver answered.
contract Copier is Attack {
    using Scenarios for Scenario;

    function test_has_sealed_something_else() public {
        Scenario memory s = mapCase(0);
        commitAll(s, s.honestView());
        AuditId auditId = drawFor(9);
        Answer memory guess = Answer(Root.wrap("a"), Root.wrap("b"), Root.wrap("c"));
        Answer memory right = answerOf(s, s.honestView(), 9);
        begin(challenger);
        sealAnswer(auditId, guess);
        solverAnswers(auditId, right);
        vm.expectPartialRevert(IAudits.NotTheSeal.selector);
        reveal(auditId, right, right);
        elapse(301);
        audits.expire(auditId);
        end("the audit fee", AUDIT_FEE, 50 ether);
    }
}

/// An auditor that guesses, and stands by it.
contract LazyAuditor is Attack {
    using Scenarios for Scenario;

    function test_loses_the_game_it_begins() public {
        Scenario memory s = mapCase(0);
        begin(challenger);
        wholeAudit(s, s.honestView(), s.wrongView(elementSize(s)), s.transition);
        play(s, GameId.wrap(1), s.honestView(), Phase.Over);
        end("the audit fee", AUDIT_FEE, 50 ether);
    }
}

/// An auditor that does not turn up, so that it need not compute.
contract AbsentAuditor is Attack {
    using Scenarios for Scenario;

    function test_pays_for_its_place() public {
        Scenario memory s = mapCase(0);
        begin(challenger);
        commitAll(s, s.honestView());
        AuditId auditId = drawFor(9);
        elapse(424);
        audits.expire(auditId);
        end("nothing to do", 0, 5 ether);
    }
}

/// A wrong solver and an auditor that says the same. The audit passes, the window stays open to everybody.
contract BribedPair is Attack {
    using Scenarios for Scenario;

    function test_loses_to_anybody_else() public {
        Scenario memory s = mapCase(0);
        View memory wrong = s.wrongView(elementSize(s));
        fund(stranger);
        begin(solver, challenger);
        wholeAudit(s, wrong, wrong, s.transition);
        GameId gameId = challengeBy(stranger, audited, 0);
        elapse(123 + 300 + 1);
        games.timeout(gameId);
        end("price and audit fee", 100 ether + AUDIT_FEE, 1000 ether - AUDIT_FEE);
    }
}

/// Commits a wrong root in time, and wants to replace it by the right one later.
contract DoubleSigner is Attack {
    using Scenarios for Scenario;

    function test_first_root_stands() public {
        Scenario memory s = mapCase(0);
        begin(solver);
        commitAll(s, s.wrongView(elementSize(s)));
        Root right = s.honestView().boundaries[Scenarios.STEPS + 2];
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.AllCommitted.selector, audited));
        vm.prank(solver);
        market.commitCheckpoint(audited, 0, right);
        GameId gameId = challengeBy(challenger, audited, 0);
        play(s, gameId, s.wrongView(elementSize(s)), Phase.Over);
        end("the price, and time beyond the deadline", 100 ether, 1000 ether);
    }
}

/// Posts a program whose disputed node means nothing, has a friend challenge whoever executes it, and hopes for its bond.
contract MalformedProgramSubmitter is Attack {
    using Scenarios for Scenario;

    function test_cannot_convict() public {
        Scenario memory s = mapCase(0);
        s.fields.fn = 255;
        begin(submitter, challenger);
        commitAll(s, s.honestView());
        GameId gameId = challengeBy(challenger, audited, 0);
        play(s, gameId, s.honestView(), Phase.Judge);
        Situation memory seen = Situation(gameId, games.gameState(gameId), s.honestView(), s.honestView());
        (address mover, bytes memory data) = move(s, seen);
        vm.prank(mover);
        (bool done, bytes memory reason) = address(games).call(data);
        assertFalse(done);
        assertEq(bytes32(bytes4(reason)), bytes32(IScalars.MalformedMap.selector));
        elapse(1000);
        games.timeout(gameId);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ResponderWon));
        end("the reward for a conviction", 100 ether, 50 ether);
    }
}
