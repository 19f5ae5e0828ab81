// SPDX-License-Identifier: Apache-2.0
// An audit from its answers to its end: seal, answer, reveal, and the game that a disagreement begins.
pragma solidity 0.8.37;

import {Answer, AuditId, IAudits, Stage} from "src/court/IAudits.sol";
import {GameId, IDisputeGame, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Status} from "src/market/IJobMarket.sol";
import {Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {AuditWorld} from "test/utils/AuditWorld.sol";

contract RevealTest is AuditWorld {
    using Scenarios for Scenario;

    function test_agreement_is_paid_by_the_job() public {
        Scenario memory s = mapCase(0);
        AuditId auditId = wholeAudit(s, s.honestView(), s.honestView(), 33);
        assertEq(uint256(audits.audit(auditId).stage), uint256(Stage.Over));
        assertEq(market.claimable(challenger), AUDIT_FEE);
        assertEq(jobOf(audited).auditEscrow, 2 * AUDIT_FEE);
        assertEq(market.checkpoint(audited, 0).openGames, 0);
        assertEq(audits.auditor(challenger).free, 1000 ether);
        assertEq(audits.total(), 1000 ether);
        passWindow();
        market.settle(audited, 0);
        assertStatus(audited, Status.Settled);
        // What no auditor earned is the submitter's again.
        assertEq(market.claimable(submitter), 200 ether + 2 * AUDIT_FEE);
    }

    /// The transition in question is the wrong one: the game begins with its trace.
    function test_honest_auditor_convicts_by_the_trace() public {
        Scenario memory s = mapCase(0);
        View memory wrong = s.wrongView(elementSize(s));
        AuditId auditId = wholeAudit(s, wrong, s.honestView(), s.transition);
        assertGame(s.transition, s.transition + 1, Phase.Trace);
        play(s, GameId.wrap(1), wrong, Phase.Over);
        assertConvicted();
        assertEq(audits.auditor(challenger).free, 950 ether);
        assertEq(audits.auditor(challenger).reserved, 0);
        assertEq(uint256(audits.audit(auditId).stage), uint256(Stage.Over));
    }

    /// The fault lies before the transition in question: the game is about the steps up to it.
    function test_honest_auditor_convicts_by_an_earlier_step() public {
        Scenario memory s = mapCase(0);
        View memory wrong = s.wrongView(elementSize(s));
        wholeAudit(s, wrong, s.honestView(), s.transition + 2);
        assertGame(0, s.transition + 2, Phase.Steps);
        play(s, GameId.wrap(1), wrong, Phase.Over);
        assertConvicted();
    }

    function test_lying_auditor_loses_its_bond() public {
        Scenario memory s = mapCase(0);
        View memory honest = s.honestView();
        wholeAudit(s, honest, s.wrongView(elementSize(s)), s.transition);
        play(s, GameId.wrap(1), honest, Phase.Over);
        assertEq(uint256(games.gameState(GameId.wrap(1)).outcome), uint256(Outcome.ResponderWon));
        assertStatus(audited, Status.Running);
        assertEq(market.claimable(solver), 25 ether);
        assertEq(market.claimable(challenger), 0);
        assertEq(registry.stake(challenger).locked, 950 ether);
        assertEq(market.checkpoint(audited, 0).openGames, 0);
    }

    /// A solver that answered a trace it cannot stand behind is held to it.
    function test_game_takes_no_other_trace_than_the_answered() public {
        Scenario memory s = mapCase(0);
        View memory honest = s.honestView();
        commitAll(s, honest);
        AuditId auditId = drawFor(s.transition);
        Answer memory own = answerOf(s, honest, s.transition);
        Answer memory theirs = answerOf(s, honest, s.transition);
        theirs.trace = Root.wrap("another");
        sealAnswer(auditId, own);
        solverAnswers(auditId, theirs);
        reveal(auditId, own, theirs);
        bytes32[12] memory header = s.header();
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGame.NotTheAnswer.selector, own.trace, Root.wrap("another"))
        );
        vm.prank(solver);
        games.postTrace(GameId.wrap(1), own.trace, header, new bytes32[](0));
        elapse(1000);
        games.timeout(GameId.wrap(1));
        assertConvicted();
    }

    function test_refuses_an_answer_against_a_committed_root() public {
        Scenario memory s = mapCase(0);
        View memory honest = s.honestView();
        commitAll(s, honest);
        AuditId auditId = drawFor(0);
        Answer memory theirs = answerOf(s, honest, 0);
        sealAnswer(auditId, theirs);
        theirs.before = Root.wrap("something");
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotAsCommitted.selector, theirs.before, Root.wrap(0)));
        solverAnswers(auditId, theirs);
    }

    function test_refuses_a_last_boundary_other_than_the_committed() public {
        Scenario memory s = mapCase(0);
        View memory honest = s.honestView();
        commitAll(s, honest);
        AuditId auditId = drawFor(Scenarios.STEPS + 1);
        Answer memory theirs = answerOf(s, honest, Scenarios.STEPS + 1);
        sealAnswer(auditId, theirs);
        Root committed = theirs.next;
        theirs.next = Root.wrap("something");
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotAsCommitted.selector, theirs.next, committed));
        solverAnswers(auditId, theirs);
    }

    /// Copying what the solver answered is not possible: it was sealed before.
    function test_refuses_another_answer_than_the_sealed() public {
        Scenario memory s = mapCase(0);
        View memory honest = s.honestView();
        commitAll(s, honest);
        AuditId auditId = drawFor(5);
        Answer memory theirs = answerOf(s, honest, 5);
        sealAnswer(auditId, answerOf(s, honest, 6));
        solverAnswers(auditId, theirs);
        vm.expectPartialRevert(IAudits.NotTheSeal.selector);
        reveal(auditId, theirs, theirs);
        vm.expectPartialRevert(IAudits.NotTheAnswer.selector);
        reveal(auditId, answerOf(s, honest, 6), answerOf(s, honest, 6));
    }

    function test_each_move_has_its_turn_its_mover_and_its_time() public {
        Scenario memory s = mapCase(0);
        View memory honest = s.honestView();
        commitAll(s, honest);
        AuditId auditId = drawFor(5);
        Answer memory its = answerOf(s, honest, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IAudits.WrongStage.selector, auditId, Stage.Drawn, Stage.Sealed)
        );
        solverAnswers(auditId, its);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotYours.selector, auditId, solver, challenger));
        vm.prank(solver);
        audits.seal(auditId, bytes32("x"));
        sealAnswer(auditId, its);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotYours.selector, auditId, challenger, solver));
        vm.prank(challenger);
        audits.answer(auditId, its);
        elapse(424);
        vm.expectPartialRevert(IAudits.TimeIsUp.selector);
        solverAnswers(auditId, its);
    }

    /// The claim was dropped meanwhile: nobody owes anybody anything.
    function test_moot_audit_gives_the_stake_back() public {
        Scenario memory s = mapCase(0);
        View memory honest = s.honestView();
        commitAll(s, honest);
        AuditId auditId = drawFor(5);
        Answer memory its = answerOf(s, honest, 5);
        sealAnswer(auditId, its);
        solverAnswers(auditId, its);
        fund(stranger);
        verdict(challengeBy(stranger, audited, 0), false);
        reveal(auditId, its, its);
        assertEq(audits.auditor(challenger).free, 1000 ether);
        assertEq(market.claimable(challenger), 0);
    }

    function assertGame(uint64 lo, uint64 hi, Phase phase) private view {
        assertEq(games.claimOf(GameId.wrap(1)).lo, lo);
        assertEq(games.claimOf(GameId.wrap(1)).hi, hi);
        assertEq(uint256(games.gameState(GameId.wrap(1)).phase), uint256(phase));
        assertEq(games.claimOf(GameId.wrap(1)).challenger, challenger);
        assertEq(market.checkpoint(audited, 0).openGames, 1);
    }

    /// The auditor has its bond back and the reward.
    function assertConvicted() private view {
        assertStatus(audited, Status.Open);
        assertEq(market.claimable(challenger), 50 ether + 100 ether);
        assertEq(registry.stake(solver).free, STAKE - 1000 ether);
    }
}
