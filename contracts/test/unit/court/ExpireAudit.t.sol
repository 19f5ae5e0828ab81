// SPDX-License-Identifier: Apache-2.0
// Who does not turn up pays: expire.
pragma solidity 0.8.37;

import {Answer, AuditId, IAudits, Stage} from "src/court/IAudits.sol";
import {JobId, Status} from "src/market/IJobMarket.sol";
import {Scenario, Scenarios} from "test/actors/Scenario.sol";
import {AuditWorld} from "test/utils/AuditWorld.sol";

contract ExpireAuditTest is AuditWorld {
    using Scenarios for Scenario;

    AuditId private auditId;
    Answer private its;

    function setUp() public override {
        super.setUp();
        Scenario memory s = mapCase(0);
        commitAll(s, s.honestView());
        auditId = drawFor(5);
        its = answerOf(s, s.honestView(), 5);
    }

    function test_absent_auditor_loses_a_tenth() public {
        elapse(424);
        vm.expectEmit(address(audits));
        emit IAudits.AuditorMissed(auditId, challenger, 5 ether);
        audits.expire(auditId);
        assertPunished(5 ether);
    }

    function test_auditor_that_hides_its_answer_loses_all() public {
        sealAnswer(auditId, its);
        solverAnswers(auditId, its);
        elapse(301);
        audits.expire(auditId);
        assertPunished(50 ether);
    }

    function test_silent_solver_is_convicted() public {
        sealAnswer(auditId, its);
        elapse(424);
        vm.expectEmit(address(audits));
        emit IAudits.SolverMissed(auditId, solver);
        audits.expire(auditId);
        assertStatus(audited, Status.Open);
        assertEq(market.claimable(challenger), 100 ether);
        assertEq(registry.stake(solver).free, STAKE - 1000 ether);
        assertEq(audits.auditor(challenger).free, 1000 ether);
    }

    function test_refuses_in_time_and_after_the_end() public {
        vm.expectPartialRevert(IAudits.TimeIsNotUp.selector);
        audits.expire(auditId);
        elapse(424);
        audits.expire(auditId);
        vm.expectPartialRevert(IAudits.WrongStage.selector);
        audits.expire(auditId);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NoSuchAudit.selector, 9));
        audits.expire(AuditId.wrap(9));
    }

    /// No deadline is waited for, and nobody punished.
    function test_moot_audit_ends_at_once() public {
        fund(stranger);
        verdict(challengeBy(stranger, audited, 0), false);
        vm.expectEmit(address(audits));
        emit IAudits.AuditMoot(auditId);
        audits.expire(auditId);
        assertEq(audits.auditor(challenger).free, 1000 ether);
        assertEq(audits.auditor(challenger).reserved, 0);
    }

    /// The audits that must be done again are paid by whom they were done for.
    function test_conviction_refills_the_audit_escrow() public {
        sealAnswer(auditId, its);
        solverAnswers(auditId, its);
        reveal(auditId, its, its);
        assertEq(jobOf(audited).auditEscrow, 2 * AUDIT_FEE);
        fund(stranger);
        verdict(challengeBy(stranger, audited, 0), false);
        assertEq(jobOf(audited).auditEscrow, 3 * AUDIT_FEE);
        assertEq(market.claimable(address(treasury)), 900 ether - AUDIT_FEE);
    }

    function assertPunished(uint128 penalty) private view {
        assertEq(token.balanceOf(address(treasury)), penalty);
        assertEq(audits.auditor(challenger).free, 1000 ether - penalty);
        assertEq(audits.auditor(challenger).reserved, 0);
        assertEq(audits.total(), 1000 ether - penalty);
        assertEq(registry.stake(challenger).locked, 1000 ether - penalty);
        assertEq(market.checkpoint(audited, 0).openGames, 0);
        assertStatus(audited, Status.Running);
    }
}
