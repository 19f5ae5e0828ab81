// SPDX-License-Identifier: Apache-2.0
// Attackers that play the rules of the money, the order of transactions, or the ledger itself.
pragma solidity 0.8.37;

import {Answer, AuditId, IAudits} from "src/court/IAudits.sol";
import {GameId, Phase} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Parameter} from "src/governance/IParameters.sol";
import {Status, Terms} from "src/market/IJobMarket.sol";
import {Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Attack} from "test/attacks/Attack.sol";

/// A solver that will be caught: its friend challenges first and takes the reward.
contract SelfChallenger is Attack {
    using Scenarios for Scenario;

    function test_keeps_a_tenth() public {
        Scenario memory s = mapCase(0);
        fund(stranger);
        begin(solver, stranger);
        commitAll(s, s.wrongView(elementSize(s)));
        GameId gameId = challengeBy(stranger, audited, 0);
        elapse(123 + 300 + 1);
        games.timeout(gameId);
        end("most of the bond", 1000 ether, 900 ether);
    }

    /// Whatever the bonds, and whatever share a vote may ever set: at least three quarters are lost.
    function testFuzz_loses_three_quarters_at_least(uint128 bond, uint128 challengeBond, uint96 share)
        public
    {
        (uint96 min, uint96 max) = parameters.bounds(Parameter.RewardShare);
        setParameter(Parameter.RewardShare, uint96(bound(share, min, max)));
        Terms memory terms = someTerms();
        terms.solverBond = uint128(bound(bond, 1 ether, STAKE));
        terms.challengeBond = uint128(bound(challengeBond, 1 ether, FUNDS));
        fund(stranger);
        audited = postJob(terms);
        vm.prank(solver);
        market.accept(audited, 0);
        commit(audited, 0);
        uint256 before = wealthOf(solver) + wealthOf(stranger);
        verdict(challengeBy(stranger, audited, 0), false);
        uint256 lost = before - wealthOf(solver) - wealthOf(stranger);
        assertGe(lost * 4, uint256(terms.solverBond) * 3);
    }
}

/// Challenges an honest solver twenty times over and plays none of the games: delay, and gas for the solver.
contract ChallengeSpammer is Attack {
    using Scenarios for Scenario;

    function test_pays_for_every_game() public {
        Scenario memory s = mapCase(0);
        fund(stranger);
        begin(stranger);
        commitAll(s, s.honestView());
        Root[] memory roots = new Root[](31);
        for (uint256 i = 1; i <= 20; ++i) {
            challengeBy(stranger, audited, 0);
            vm.prank(solver);
            games.postSteps(GameId.wrap(i), roots);
        }
        elapse(123 + 300 + 1);
        for (uint256 i = 1; i <= 20; ++i) {
            games.timeout(GameId.wrap(i));
        }
        passWindow();
        market.settle(audited, 0);
        assertStatus(audited, Status.Settled);
        end("the solver gives up", 0, 20 * 50 ether);
    }
}

/// An auditor that seals what another one sealed, and reveals what that one reveals.
contract RevealFrontRunner is Attack {
    using Scenarios for Scenario;

    function test_seal_is_bound_to_its_auditor() public {
        enlist(stranger);
        vm.prank(stranger);
        audits.enlist(1000 ether);
        elapse(1);
        Scenario memory s = mapCase(0);
        commitTwice(s);
        AuditId honest = audits.draw(audited, 0, challenger);
        AuditId copied = audits.draw(audited, 0, stranger);
        begin(stranger);
        uint64 transition = audits.audit(honest).transition;
        Answer memory right = answerOf(s, s.honestView(), transition);
        sealAnswer(honest, right);
        vm.prank(stranger);
        audits.seal(copied, sealOf(right, challenger));
        solverAnswers(honest, right);
        Answer memory other = answerOf(s, s.honestView(), audits.audit(copied).transition);
        solverAnswers(copied, other);
        reveal(honest, right, right);
        vm.expectPartialRevert(IAudits.NotTheSeal.selector);
        vm.prank(stranger);
        audits.reveal(copied, right, SALT, other);
        elapse(301);
        audits.expire(copied);
        end("the audit fee", AUDIT_FEE, 50 ether);
    }

    /// At a rate of five audits, each of two with half of the stake is drawn for certain.
    function commitTwice(Scenario memory s) private {
        bytes32[12] memory header = s.header();
        Terms memory terms = auditTerms();
        terms.auditRate = 50_000;
        Root root = s.honestView().boundaries[Scenarios.STEPS + 2];
        vm.prank(submitter);
        audited = market.post(header, Root.wrap("blob"), 1, terms);
        vm.startPrank(solver);
        market.accept(audited, 0);
        market.commitCheckpoint(audited, 0, root);
        vm.stopPrank();
        vm.roll(vm.getBlockNumber() + 5);
    }
}

/// A wrong solver that dislikes whom the lot named, and has the ledger forget the block: in the next history nobody is
/// drawn. Nor is anybody kept from challenging.
contract Reorganiser is Attack {
    using Scenarios for Scenario;

    function test_escapes_the_audit_and_not_the_challenge() public {
        Scenario memory s = mapCase(0);
        View memory wrong = s.wrongView(elementSize(s));
        begin(solver);
        bytes32[12] memory header = s.header();
        Terms memory terms = auditTerms();
        terms.auditRate = 5000;
        vm.prank(submitter);
        audited = market.post(header, Root.wrap("blob"), 1, terms);
        vm.prank(solver);
        market.accept(audited, 0);
        uint256 history = vm.snapshotState();
        assertTrue(drawnAfter(wrong, true), "the first history names an auditor");
        vm.revertToState(history);
        assertFalse(drawnAfter(wrong, false), "the second names none");
        GameId gameId = challengeBy(challenger, audited, 0);
        play(s, gameId, wrong, Phase.Over);
        assertStatus(audited, Status.Open);
        end("the price", 100 ether, 1000 ether);
    }

    /// Commits, and looks for a beacon by which the lot falls as wanted.
    function drawnAfter(View memory wrong, bool wanted) private returns (bool drawn) {
        vm.prank(solver);
        market.commitCheckpoint(audited, 0, wrong.boundaries[Scenarios.STEPS + 2]);
        uint256 height = vm.getBlockNumber() + 4;
        vm.roll(height + 1);
        for (uint256 i = 0; i < 64; ++i) {
            vm.setBlockhash(height, keccak256(abi.encode(i)));
            drawn = audits.isDrawn(audited, 0, challenger);
            if (drawn == wanted) return drawn;
        }
    }
}
