// SPDX-License-Identifier: Apache-2.0
// A job with a small program that is audited, a solver with a view of it, and an auditor that holds all of the auditors'
// stake, so that the lot names it. The auditor is the account `challenger`, which the players' games are played by.
pragma solidity 0.8.37;

import {Answer, Audit, AuditId} from "src/court/IAudits.sol";
import {Root} from "src/dispute/Root.sol";
import {JobId, Terms} from "src/market/IJobMarket.sol";
import {Cases} from "test/actors/Cases.sol";
import {Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Tree, Trees} from "test/actors/Trees.sol";

abstract contract AuditWorld is Cases {
    using Scenarios for Scenario;
    using Trees for Tree;

    uint128 internal constant AUDIT_FEE = 3 ether;
    bytes32 internal constant SALT = keccak256("salt");

    JobId internal audited;

    function setUp() public virtual override {
        super.setUp();
        vm.roll(1000);
        vm.prank(challenger);
        registry.register(keccak256("auditor"), new bytes(64), "", 1, 1);
        vm.startPrank(challenger);
        registry.deposit(STAKE);
        audits.enlist(1000 ether);
        vm.stopPrank();
        elapse(100);
    }

    function auditTerms() internal pure returns (Terms memory terms) {
        terms = someTerms();
        (terms.auditRate, terms.auditFee) = (10_000, AUDIT_FEE);
    }

    /// Posted, accepted, and the whole of it committed as the solver sees it; the beacon is known.
    function commitAll(Scenario memory s, View memory solvers) internal {
        bytes32[12] memory header = s.header();
        vm.prank(submitter);
        audited = market.post(header, Root.wrap("blob"), 1, auditTerms());
        vm.startPrank(solver);
        market.accept(audited, 0);
        market.commitCheckpoint(audited, 0, solvers.boundaries[Scenarios.STEPS + 2]);
        vm.stopPrank();
        vm.roll(vm.getBlockNumber() + 5);
    }

    /// Tries beacons until the lot asks for `transition`.
    function drawFor(uint64 transition) internal returns (AuditId auditId) {
        uint256 height = market.checkpoint(audited, 0).blockNumber + 4;
        for (uint256 i = 0;; ++i) {
            bytes32 beacon = keccak256(abi.encode("beacon", i));
            uint32 attempt = jobOf(audited).attempt;
            bytes32 lot = keccak256(abi.encode(beacon, audited, attempt, uint64(0), challenger));
            if (uint256(keccak256(abi.encode(uint256(lot)))) % (Scenarios.STEPS + 2) != transition) continue;
            vm.setBlockhash(height, beacon);
            break;
        }
        vm.prank(stranger);
        auditId = audits.draw(audited, 0, challenger);
        assertEq(audits.audit(auditId).transition, transition);
    }

    /// What a view answers for a transition. Only that of its scenario has a trace in the view; others get a stand-in.
    function answerOf(Scenario memory s, View memory v, uint64 transition)
        internal
        pure
        returns (Answer memory)
    {
        Root trace = transition == s.transition
            ? v.trace.root()
            : Root.wrap(keccak256(abi.encode(v.boundaries[transition + 1], "trace")));
        return Answer({before: v.boundaries[transition], next: v.boundaries[transition + 1], trace: trace});
    }

    function sealOf(Answer memory answer, address auditor) internal pure returns (bytes32) {
        return keccak256(abi.encode(answer, SALT, auditor));
    }

    function sealAnswer(AuditId auditId, Answer memory answer) internal {
        vm.prank(challenger);
        audits.seal(auditId, sealOf(answer, challenger));
    }

    function solverAnswers(AuditId auditId, Answer memory answer) internal {
        vm.prank(solver);
        audits.answer(auditId, answer);
    }

    function reveal(AuditId auditId, Answer memory own, Answer memory solvers) internal {
        vm.prank(challenger);
        audits.reveal(auditId, own, SALT, solvers);
    }

    /// An audit from the draw to the auditor's reveal.
    function wholeAudit(Scenario memory s, View memory solvers, View memory auditors, uint64 transition)
        internal
        returns (AuditId auditId)
    {
        commitAll(s, solvers);
        auditId = drawFor(transition);
        Answer memory own = answerOf(s, auditors, transition);
        Answer memory theirs = answerOf(s, solvers, transition);
        sealAnswer(auditId, own);
        solverAnswers(auditId, theirs);
        reveal(auditId, own, theirs);
    }
}
