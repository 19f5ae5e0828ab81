// SPDX-License-Identifier: Apache-2.0
// The lot: keep, isDrawn, draw.
pragma solidity 0.8.37;

import {Audit, AuditId, IAudits, Stage} from "src/court/IAudits.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {JobId, Terms} from "src/market/IJobMarket.sol";
import {Scenario, Scenarios} from "test/actors/Scenario.sol";
import {AuditWorld} from "test/utils/AuditWorld.sol";

contract DrawTest is AuditWorld {
    using Scenarios for Scenario;

    function test_begins_an_audit_and_holds_the_checkpoint() public {
        commitMapCase();
        AuditId auditId = drawFor(17);
        Audit memory audit = audits.audit(auditId);
        assertEq(uint256(audit.stage), uint256(Stage.Drawn));
        assertEq(audit.auditor, challenger);
        assertEq(audit.solver, solver);
        assertEq(audit.bond, 50 ether);
        // 82 boundaries of 1.5 seconds, and the budget.
        assertEq(Timestamp.unwrap(audit.deadline), vm.getBlockTimestamp() + 123 + 300);
        assertEq(market.checkpoint(audited, 0).openGames, 1);
        assertEq(audits.auditor(challenger).reserved, 50 ether);
        assertEq(audits.total(), 950 ether);
    }

    function test_waits_for_the_beacon() public {
        commitMapCase();
        uint64 height = market.checkpoint(audited, 0).blockNumber + 4;
        vm.roll(height);
        vm.expectRevert(abi.encodeWithSelector(IAudits.BeaconNotYet.selector, height));
        audits.draw(audited, 0, challenger);
        vm.roll(height + 1);
        audits.draw(audited, 0, challenger);
    }

    /// What nobody kept is forgotten after 256 blocks.
    function test_a_kept_beacon_stays() public {
        commitMapCase();
        uint64 height = market.checkpoint(audited, 0).blockNumber + 4;
        audits.keep(height);
        vm.roll(height + 1000);
        audits.draw(audited, 0, challenger);
        vm.expectRevert(abi.encodeWithSelector(IAudits.BeaconGone.selector, height + 1));
        audits.keep(height + 1);
    }

    function test_stake_added_after_the_commitment_does_not_count() public {
        commitMapCase();
        vm.prank(challenger);
        audits.enlist(1);
        uint256 now_ = vm.getBlockTimestamp();
        vm.expectRevert(abi.encodeWithSelector(IAudits.EnlistedTooLate.selector, challenger, now_, now_));
        audits.draw(audited, 0, challenger);
    }

    function test_refuses_who_is_not_drawn_or_has_too_little_behind_it() public {
        enlist(stranger);
        vm.prank(stranger);
        audits.enlist(50 ether - 1);
        elapse(1);
        commitMapCase();
        assertFalse(audits.isDrawn(audited, 0, stranger));
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotDrawn.selector, audited, 0, stranger));
        audits.draw(audited, 0, stranger);
    }

    function test_refuses_the_solver_itself() public {
        vm.prank(solver);
        audits.enlist(STAKE / 2);
        elapse(1);
        commitMapCase();
        vm.expectRevert(abi.encodeWithSelector(IAudits.IsTheSolver.selector, audited, solver));
        audits.draw(audited, 0, solver);
    }

    function test_draws_an_auditor_once_for_a_checkpoint() public {
        commitMapCase();
        drawFor(3);
        vm.expectRevert(abi.encodeWithSelector(IAudits.DrawnBefore.selector, audited, 0, challenger));
        audits.draw(audited, 0, challenger);
    }

    function test_refuses_after_the_window() public {
        commitMapCase();
        passWindow();
        vm.expectPartialRevert(IAudits.WindowClosed.selector);
        audits.draw(audited, 0, challenger);
    }

    function test_refuses_what_is_not_committed() public {
        JobId jobId = runningJob();
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotCommitted.selector, jobId, 0));
        audits.draw(jobId, 0, challenger);
    }

    /// Over many beacons each is drawn as often as its part of the stake and the rate say.
    function test_lot_is_weighted_by_stake() public {
        enlist(stranger);
        vm.prank(stranger);
        audits.enlist(3000 ether);
        elapse(1);
        commitMapCase();
        uint256 height = market.checkpoint(audited, 0).blockNumber + 4;
        uint256 few = 0;
        uint256 many = 0;
        for (uint256 i = 0; i < 2000; ++i) {
            vm.setBlockhash(height, keccak256(abi.encode(i)));
            if (audits.isDrawn(audited, 0, challenger)) ++few;
            if (audits.isDrawn(audited, 0, stranger)) ++many;
        }
        // A quarter and three quarters of 2000; five standard deviations are 97.
        assertTrue(few > 403 && few < 597, "a quarter");
        assertTrue(many > 1403 && many < 1597, "three quarters");
    }

    function commitMapCase() private {
        Scenario memory s = mapCase(0);
        commitAll(s, s.honestView());
    }
}
