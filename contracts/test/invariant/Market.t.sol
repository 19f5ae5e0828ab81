// SPDX-License-Identifier: Apache-2.0
// What holds after every sequence of calls: no token is lost or made, what is final stays, nobody is paid twice.
pragma solidity 0.8.37;

import {Audit, AuditId, Auditor, Stage} from "src/court/IAudits.sol";
import {Demand, DemandId} from "src/court/IDemands.sol";
import {GameId} from "src/dispute/IDisputeGame.sol";
import {Challenge, Job, JobId, Status} from "src/market/IJobMarket.sol";
import {Stake} from "src/market/INodeRegistry.sol";
import {CourtHandler} from "test/invariant/CourtHandler.sol";
import {MarketHandler} from "test/invariant/MarketHandler.sol";
import {World} from "test/utils/World.sol";

contract MarketInvariantTest is World {
    CourtHandler private handler;
    bytes4[] private selectors;

    function setUp() public override {
        super.setUp();
        address[] memory accounts = new address[](6);
        (accounts[0], accounts[1], accounts[2]) = (submitter, solver, challenger);
        (accounts[3], accounts[4]) = (stranger, makeAccount("another"));
        fund(stranger);
        fund(accounts[4]);
        accounts[5] = address(treasury);
        enlist(accounts[5]);
        enlist(stranger);
        enlist(challenger);
        enlist(accounts[4]);
        enlist(submitter);
        handler = new CourtHandler(market, accounts);
        targetContract(address(handler));
        selectors = [
            MarketHandler.post.selector,
            MarketHandler.withdraw.selector,
            MarketHandler.accept.selector,
            MarketHandler.commit.selector,
            MarketHandler.settle.selector,
            MarketHandler.reopen.selector,
            MarketHandler.challenge.selector,
            MarketHandler.respond.selector,
            MarketHandler.timeout.selector,
            MarketHandler.releaseMoot.selector,
            MarketHandler.claim.selector,
            MarketHandler.unstake.selector,
            MarketHandler.wait.selector,
            CourtHandler.court.selector,
            CourtHandler.court.selector,
            CourtHandler.court.selector,
            CourtHandler.court.selector
        ];
        targetSelectors(address(handler), selectors);
    }

    /// forge-config: default.invariant.runs = 8
    /// forge-config: default.invariant.depth = 600
    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_tokens_are_conserved_and_nobody_is_paid_twice() public view {
        Job[] memory jobs = new Job[](market.jobCount() + 1); // by number
        for (uint256 id = 1; id < jobs.length; ++id) {
            jobs[id] = market.job(JobId.wrap(id));
        }
        assertMarketBalance(jobs);
        assertRegistryBalance(jobs);
        assertCourts();
        assertGames(jobs);
        for (uint256 id = 1; id < jobs.length; ++id) {
            assertJob(id, jobs[id]);
        }
    }

    /// The market holds escrows, open bonds and credits, and nothing else.
    function assertMarketBalance(Job[] memory jobs) private view {
        uint256 owed = 0;
        for (uint256 id = 1; id < jobs.length; ++id) {
            owed += jobs[id].escrow + jobs[id].auditEscrow;
        }
        for (uint256 game = 1; game <= market.gameCount(); ++game) {
            Challenge memory its = market.challengeOf(GameId.wrap(game));
            if (its.backer != address(0)) owed += jobs[JobId.unwrap(its.jobId)].terms.challengeBond;
        }
        for (uint256 i = 0; i < handler.accountCount(); ++i) {
            owed += market.claimable(handler.accounts(i));
        }
        assertEq(token.balanceOf(address(market)), owed, "market");
    }

    /// The registry holds stakes; what is locked is the bonds of running jobs and the auditors' stake.
    function assertRegistryBalance(Job[] memory jobs) private view {
        uint256 held = 0;
        for (uint256 i = 0; i < handler.accountCount(); ++i) {
            address account = handler.accounts(i);
            Stake memory stake = registry.stake(account);
            held += uint256(stake.free) + stake.locked + stake.leaving;
            uint256 bonds = 0;
            for (uint256 id = 1; id < jobs.length; ++id) {
                if (jobs[id].status == Status.Running && jobs[id].solver == account) {
                    bonds += jobs[id].terms.solverBond;
                }
            }
            Auditor memory auditor = audits.auditor(account);
            assertEq(stake.locked, bonds + auditor.free + auditor.reserved, "locked");
        }
        assertEq(token.balanceOf(address(registry)), held, "registry");
    }

    /// The audits hold nothing and count everybody's weight; the demands hold open bonds and credits.
    function assertCourts() private view {
        uint256 weight = 0;
        uint256 owed = 0;
        for (uint256 i = 0; i < handler.accountCount(); ++i) {
            weight += audits.auditor(handler.accounts(i)).free;
            owed += demands.claimable(handler.accounts(i));
        }
        for (uint256 id = 1; id <= demands.demandCount(); ++id) {
            Demand memory its = demands.demandOf(DemandId.wrap(id));
            if (its.open) owed += its.bond;
        }
        assertEq(audits.total(), weight, "weight");
        assertEq(token.balanceOf(address(audits)), 0, "audits");
        assertEq(token.balanceOf(address(demands)), owed, "demands");
    }

    /// A challenge lasts as long as its game, and a checkpoint waits for exactly the games, audits and demands of its
    /// attempt.
    function assertGames(Job[] memory jobs) private view {
        uint256[6][] memory open = new uint256[6][](jobs.length); // a handler's job has at most 6 steps
        for (uint256 game = 1; game <= market.gameCount(); ++game) {
            GameId gameId = GameId.wrap(game);
            Challenge memory its = market.challengeOf(gameId);
            assertEq(its.backer != address(0), games.mover(gameId) != address(0));
            if (its.backer == address(0)) continue;
            uint256 id = JobId.unwrap(its.jobId);
            if (its.attempt == jobs[id].attempt) ++open[id][its.index];
        }
        countHolds(jobs, open);
        for (uint256 id = 1; id < jobs.length; ++id) {
            for (uint64 i = jobs[id].settled; i < jobs[id].committed; ++i) {
                assertEq(market.checkpoint(JobId.wrap(id), i).openGames, open[id][i], "open games");
            }
        }
    }

    function countHolds(Job[] memory jobs, uint256[6][] memory open) private view {
        for (uint256 i = 1; i <= audits.auditCount(); ++i) {
            Audit memory its = audits.audit(AuditId.wrap(i));
            uint256 id = JobId.unwrap(its.jobId);
            if (its.stage != Stage.Over && its.attempt == jobs[id].attempt) ++open[id][its.index];
        }
        for (uint256 i = 1; i <= demands.demandCount(); ++i) {
            Demand memory its = demands.demandOf(DemandId.wrap(i));
            uint256 id = JobId.unwrap(its.jobId);
            if (its.open && its.attempt == jobs[id].attempt) ++open[id][its.index];
        }
    }

    function assertJob(uint256 id, Job memory job) private view {
        uint64 count = market.checkpointCount(JobId.wrap(id));
        assertTrue(job.settled <= job.committed && job.committed <= count, "order");
        for (uint64 i = 0; i < count; ++i) {
            assertEq(handler.timesPaid(id, i), i < job.settled ? 1 : 0, "times paid");
        }
        assertEq(
            handler.paid(id) + handler.returned(id) + job.escrow + job.auditEscrow,
            job.terms.maxPrice + 3 * (1 + 4 * uint256(count)) + handler.refilled(id),
            "escrow"
        );
        bool isFinal = job.status == Status.Settled || job.status == Status.Withdrawn;
        assertEq(handler.finalRecord(id), isFinal ? keccak256(abi.encode(job)) : bytes32(0), "final");
        if (isFinal) assertEq(job.escrow, 0);
    }

    /// Random calls reach every handler and every way a game, an audit, a demand or a job ends, and the invariant holds on
    /// the way: without this, it could be an invariant of nothing.
    function test_random_calls_reach_everything() public {
        for (uint256 i = 0; i < 6000; ++i) {
            uint256 random = uint256(keccak256(abi.encode(i)));
            bytes memory arguments = abi.encode(random >> 8, random >> 32, random >> 64, random >> 96);
            (bool done,) =
                address(handler).call(bytes.concat(selectors[random % selectors.length], arguments));
            assertTrue(done, "a handler reverted");
            if (i % 250 == 0) invariant_tokens_are_conserved_and_nobody_is_paid_twice();
        }
        assertCalled("post");
        assertCalled("accept");
        assertCalled("commit");
        assertCalled("challenge");
        assertCalled("timeout");
        assertCalled("claim");
        assertCalled("withdraw");
        assertCalled("settle");
        assertCalled("reopen");
        assertCalled("respond");
        assertCalled("releaseMoot");
        assertCalled("requestWithdrawal");
        assertCalled("withdrawStake");
        assertCalled("final");
        assertCalled("upheld");
        assertCalled("rejected");
        assertCalled("moot");
        assertCalled("enlist");
        assertCalled("delist");
        assertCalled("draw");
        assertCalled("seal");
        assertCalled("answer");
        assertCalled("reveal");
        assertCalled("agreed");
        assertCalled("disagreed");
        assertCalled("expireAudit");
        assertCalled("demand");
        assertCalled("answerDemand");
        assertCalled("expireDemand");
        assertCalled("claimDemand");
    }

    function assertCalled(string memory call_) private view {
        assertTrue(handler.calls(call_) > 0, call_);
    }
}
