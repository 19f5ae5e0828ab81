// SPDX-License-Identifier: Apache-2.0
// Who may accept a job, where its terms ask for more than a registration.
pragma solidity 0.8.37;

import {IJobMarket, JobId, Qualification, Status, Terms} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract QualificationTest is World {
    function test_takes_who_has_exactly_what_is_asked() public {
        earnReputation();
        JobId jobId = postFor(Qualification(STAKE, 1 << 30, 100, 99));
        take(jobId);
        assertStatus(jobId, Status.Running);
    }

    function test_refuses_too_little_memory_or_speed() public {
        refuse(postFor(Qualification(0, (1 << 30) + 1, 0, 0)), "memoryBytes", 1 << 30, (1 << 30) + 1);
        refuse(postFor(Qualification(0, 0, 101, 0)), "speedClass", 100, 101);
    }

    /// What is locked counts, what is leaving does not.
    function test_refuses_too_little_stake() public {
        runningJob();
        take(postFor(Qualification(STAKE, 0, 0, 0)));
        vm.prank(solver);
        registry.requestWithdrawal(1);
        refuse(postFor(Qualification(STAKE, 0, 0, 0)), "stake", STAKE - 1, STAKE);
    }

    function test_refuses_too_little_reputation() public {
        refuse(postFor(Qualification(0, 0, 0, 1)), "reputation", 0, 1 ether);
        earnReputation();
        refuse(postFor(Qualification(0, 0, 0, 100)), "reputation", 99 ether, 100 ether);
    }

    function test_a_lost_bond_takes_the_reputation_with_it() public {
        earnReputation();
        JobId jobId = runningJob();
        commit(jobId, 0);
        verdict(challengeBy(challenger, jobId, 0), false);
        assertEq(market.reputation(solver), 0);
        refuse(postFor(Qualification(0, 0, 0, 1)), "reputation", 0, 1 ether);
    }

    function test_a_missed_deadline_leaves_it() public {
        earnReputation();
        JobId jobId = runningJob();
        elapse(3601);
        market.reopen(jobId);
        assertEq(market.reputation(solver), 99 ether);
    }

    /// A job of 100, of which the fee takes one.
    function earnReputation() private {
        JobId jobId = postJob();
        take(jobId);
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        passWindow();
        for (uint64 i = 0; i < 3; ++i) {
            market.settle(jobId, i);
        }
        assertEq(market.reputation(solver), 99 ether);
    }

    function postFor(Qualification memory qualification) private returns (JobId) {
        Terms memory terms = someTerms();
        terms.qualification = qualification;
        return postJob(terms);
    }

    function take(JobId jobId) private {
        vm.prank(solver);
        market.accept(jobId, 0);
    }

    function refuse(JobId jobId, string memory rule, uint256 actual, uint256 needed) private {
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotQualified.selector, jobId, rule, actual, needed));
        take(jobId);
    }
}
