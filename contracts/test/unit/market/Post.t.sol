// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {Parameter} from "src/governance/IParameters.sol";
import {IJobMarket, Job, JobId, Status, Terms} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract PostTest is World {
    function test_escrows_the_maximum_and_keeps_the_job() public {
        JobId jobId = postJob();
        assertEq(token.balanceOf(submitter), FUNDS - 300 ether);
        assertEq(token.balanceOf(address(market)), 300 ether);
        Job memory job = jobOf(jobId);
        assertEq(Root.unwrap(job.programRoot), sha256(abi.encodePacked(someHeader())));
        assertEq(Root.unwrap(job.blobRoot), "blob");
        assertEq(job.blobLength, 12345);
        assertEq(job.steps, STEPS);
        assertEq(job.interval, INTERVAL);
        assertEq(job.submitter, submitter);
        assertEq(job.escrow, 300 ether);
        assertEq(job.terms.stepMillis, 1500);
        assertStatus(jobId, Status.Open);
    }

    function test_offers_rise_linearly_and_stay_at_the_maximum() public {
        JobId jobId = postJob();
        uint256 start = vm.getBlockTimestamp();
        assertEq(market.offer(jobId), 100 ether);
        vm.warp(start + 25);
        assertEq(market.offer(jobId), 150 ether);
        vm.warp(start + 100);
        assertEq(market.offer(jobId), 300 ether);
        vm.warp(start + 5000);
        assertEq(market.offer(jobId), 300 ether);
    }

    function test_checkpoints_tile_the_boundaries() public {
        JobId jobId = postJob();
        assertEq(market.checkpointCount(jobId), 3);
        assertBoundaries(jobId, 0, 0, 5);
        assertBoundaries(jobId, 1, 5, 9);
        assertBoundaries(jobId, 2, 9, STEPS + 2);
        vm.expectPartialRevert(IJobMarket.WrongCheckpoint.selector);
        market.boundaries(jobId, 3);
    }

    /// Any header that a responder could not always answer for, or whose numbers could overflow.
    function test_refuses_bad_headers() public {
        refuseHeader(0, bytes32(uint256(someHeader()[0]) + 1), "definitions version 1");
        refuseHeader(0, bytes32(uint256(someHeader()[0]) - 1), "definitions version 1");
        refuseHeader(0, bytes32(uint256(someHeader()[0]) + (1 << 32)), "word 0: lydian, a version");
        refuseHeader(0, bytes32(uint256(1)), "word 0: lydian, a version");
        refuseHeader(1, 0, "1 <= steps <= 2^40");
        refuseHeader(1, bytes32(uint256(1 << 40) + 1), "1 <= steps <= 2^40");
        refuseHeader(2, 0, "1 <= interval <= steps");
        refuseHeader(2, bytes32(uint256(STEPS + 1)), "1 <= interval <= steps");
        refuseHeader(3, bytes32(uint256(1 << 48) + 1), "state length <= 2^48");
        refuseHeader(4, bytes32(uint256(1 << 48) + 1), "result length <= 2^48");
        uint256 counts = uint256(someHeader()[5]);
        for (uint256 graph = 0; graph < 3; ++graph) {
            uint256 shift = 64 * (3 - graph);
            bytes32 none = bytes32(counts & ~(uint256(type(uint64).max) << shift));
            refuseHeader(5, none, "1 <= nodes of a graph <= 2^24");
            refuseHeader(5, none | bytes32((uint256(1 << 24) + 1) << shift), "1 <= nodes of a graph <= 2^24");
        }
        refuseHeader(10, bytes32(uint256(1 << 24) + 1), "constants <= 2^24");
    }

    function test_refuses_bad_terms() public {
        Terms memory terms = someTerms();
        terms.minPrice = 0;
        refuseTerms(terms, "0 < minPrice");
        terms = someTerms();
        terms.minPrice = terms.maxPrice + 1;
        refuseTerms(terms, "minPrice <= maxPrice");
        terms = someTerms();
        terms.auctionSeconds = terms.expirySeconds + 1;
        refuseTerms(terms, "auctionSeconds <= expirySeconds");
        terms = someTerms();
        terms.stepMillis = 0;
        refuseTerms(terms, "1 <= stepMillis <= 1 hour");
        terms.stepMillis = 3_600_001;
        refuseTerms(terms, "1 <= stepMillis <= 1 hour");
        terms = someTerms();
        terms.workGflop = 0;
        refuseTerms(terms, "0 < workGflop");
    }

    function test_refuses_bad_terms_of_audits_and_demands() public {
        Terms memory terms = someTerms();
        terms.demandBond = 0;
        refuseTerms(terms, "0 < demandBond");
        terms = someTerms();
        (terms.auditRate, terms.auditFee) = (50_001, 1);
        refuseTerms(terms, "auditRate <= 50000 basis points");
        (terms.auditRate, terms.auditFee) = (1, 0);
        refuseTerms(terms, "auditRate and auditFee both 0 or neither");
        (terms.auditRate, terms.auditFee) = (0, 1);
        refuseTerms(terms, "auditRate and auditFee both 0 or neither");
        (terms.auditRate, terms.auditFee) = (1, (1 << 80) + 1);
        refuseTerms(terms, "auditFee <= 2^80");
    }

    /// The bounds of the moment: what a vote asks for later does not touch what is posted.
    function test_refuses_bonds_below_the_parameters() public {
        Terms memory terms = someTerms();
        terms.solverBond = 1 ether - 1;
        refuseBond(terms, "solverBond", 1 ether - 1, 1 ether);
        terms = someTerms();
        terms.challengeBond = 1 ether - 1;
        refuseBond(terms, "challengeBond", 1 ether - 1, 1 ether);
        JobId before = postJob();
        setParameter(Parameter.SolverBondMin, 1000 ether + 1);
        refuseBond(someTerms(), "solverBond", 1000 ether, 1000 ether + 1);
        vm.prank(solver);
        market.accept(before, 0);
        assertStatus(before, Status.Running);
    }

    /// One, and twice the mean: of 3 checkpoints at one in two, 4.
    function test_escrows_audit_fees() public {
        Terms memory terms = someTerms();
        (terms.auditRate, terms.auditFee) = (5000, 1.5 ether);
        JobId jobId = postJob(terms);
        assertEq(jobOf(jobId).auditEscrow, 6 ether);
        assertEq(token.balanceOf(address(market)), 306 ether);
        vm.prank(submitter);
        market.withdraw(jobId);
        assertEq(market.claimable(submitter), 306 ether);
    }

    /// A vote does not change what a job that runs pays.
    function test_keeps_the_shares_of_its_posting() public {
        JobId jobId = runningJob();
        setParameter(Parameter.FeeShare, 500);
        setParameter(Parameter.RewardShare, 2500);
        commit(jobId, 0);
        passWindow();
        market.settle(jobId, 0);
        assertEq(market.claimable(solver), afterFee(120 ether));
        commit(jobId, 1);
        verdict(challengeBy(challenger, jobId, 1), false);
        assertEq(market.claimable(challenger), 50 ether + 100 ether);
        JobId later = postJob();
        assertEq(jobOf(later).feeShare, 500);
        assertEq(jobOf(later).rewardShare, 2500);
    }

    function test_refuses_windows_outside_a_second_to_thirty_days() public {
        uint32[2] memory outside = [0, uint32(30 days) + 1];
        for (uint256 i = 0; i < 2; ++i) {
            Terms memory terms = someTerms();
            terms.auctionSeconds = outside[i];
            refuseTerms(terms, "1 <= auctionSeconds <= 30 days");
            terms = someTerms();
            terms.expirySeconds = outside[i];
            refuseTerms(terms, "1 <= expirySeconds <= 30 days");
            terms = someTerms();
            terms.challengeWindow = outside[i];
            refuseTerms(terms, "1 <= challengeWindow <= 30 days");
            terms = someTerms();
            terms.checkpointSeconds = outside[i];
            refuseTerms(terms, "1 <= checkpointSeconds <= 30 days");
            terms = someTerms();
            terms.moveBudget = outside[i];
            refuseTerms(terms, "1 <= moveBudget <= 30 days");
            terms = someTerms();
            terms.demandSeconds = outside[i];
            refuseTerms(terms, "1 <= demandSeconds <= 30 days");
        }
    }

    function test_refuses_a_grace_beyond_thirty_days() public {
        bytes32[12] memory header = someHeader();
        header[1] = bytes32(uint256(1000));
        header[2] = bytes32(uint256(721));
        Terms memory terms = someTerms();
        terms.stepMillis = 3_600_000;
        vm.prank(submitter);
        vm.expectRevert(
            abi.encodeWithSelector(IJobMarket.BadTerms.selector, "interval * stepMillis <= 30 days")
        );
        market.post(header, Root.wrap("blob"), 1, terms);
        header[2] = bytes32(uint256(720));
        vm.prank(submitter);
        market.post(header, Root.wrap("blob"), 1, terms);
    }

    function assertBoundaries(JobId jobId, uint64 index, uint64 lo, uint64 hi) private view {
        (uint64 actualLo, uint64 actualHi) = market.boundaries(jobId, index);
        assertEq(actualLo, lo);
        assertEq(actualHi, hi);
    }

    function refuseHeader(uint256 word, bytes32 value, string memory rule) private {
        bytes32[12] memory header = someHeader();
        header[word] = value;
        vm.prank(submitter);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.BadHeader.selector, rule));
        market.post(header, Root.wrap("blob"), 1, someTerms());
    }

    function refuseTerms(Terms memory terms, string memory rule) private {
        vm.prank(submitter);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.BadTerms.selector, rule));
        market.post(someHeader(), Root.wrap("blob"), 1, terms);
    }

    function refuseBond(Terms memory terms, string memory bond, uint128 actual, uint128 min) private {
        vm.prank(submitter);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.BondTooSmall.selector, bond, actual, min));
        market.post(someHeader(), Root.wrap("blob"), 1, terms);
    }
}
