// SPDX-License-Identifier: Apache-2.0
// What holds after every sequence of calls: no token is lost or made, what is final stays, nobody is paid twice.
pragma solidity 0.8.37;

import {GameId} from "src/dispute/IDisputeGame.sol";
import {Challenge, Job, JobId, Status} from "src/market/IJobMarket.sol";
import {Stake} from "src/market/INodeRegistry.sol";
import {MarketHandler} from "test/invariant/MarketHandler.sol";
import {World} from "test/utils/World.sol";

contract MarketInvariantTest is World {
    MarketHandler private handler;
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
        handler = new MarketHandler(market, accounts);
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
            MarketHandler.wait.selector
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

    /// The registry holds stakes; what is locked is the bonds of running jobs.
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
            assertEq(stake.locked, bonds, "locked");
        }
        assertEq(token.balanceOf(address(registry)), held, "registry");
    }

    /// A challenge lasts as long as its game, and a checkpoint waits for exactly those of its attempt.
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
        for (uint256 id = 1; id < jobs.length; ++id) {
            for (uint64 i = jobs[id].settled; i < jobs[id].committed; ++i) {
                assertEq(market.checkpoint(JobId.wrap(id), i).openGames, open[id][i], "open games");
            }
        }
    }

    function assertJob(uint256 id, Job memory job) private view {
        uint64 count = market.checkpointCount(JobId.wrap(id));
        assertTrue(job.settled <= job.committed && job.committed <= count, "order");
        for (uint64 i = 0; i < count; ++i) {
            assertEq(handler.timesPaid(id, i), i < job.settled ? 1 : 0, "times paid");
        }
        assertEq(handler.paid(id) + handler.returned(id) + job.escrow, job.terms.maxPrice, "escrow");
        bool isFinal = job.status == Status.Settled || job.status == Status.Withdrawn;
        assertEq(handler.finalRecord(id), isFinal ? keccak256(abi.encode(job)) : bytes32(0), "final");
        if (isFinal) assertEq(job.escrow, 0);
    }

    /// A run that did not do these things would prove nothing.
    function afterInvariant() public view {
        assertCalled("post");
        assertCalled("accept");
        assertCalled("commit");
        assertCalled("challenge");
        assertCalled("timeout");
        assertCalled("claim");
    }

    /// Random calls reach every handler and every way a game or a job ends, and the invariant holds on the way.
    function test_random_calls_reach_everything() public {
        for (uint256 i = 0; i < 4000; ++i) {
            uint256 random = uint256(keccak256(abi.encode(i)));
            bytes memory arguments = abi.encode(random >> 8, random >> 32, random >> 64, random >> 96);
            (bool done,) =
                address(handler).call(bytes.concat(selectors[random % selectors.length], arguments));
            assertTrue(done, "a handler reverted");
            if (i % 100 == 0) invariant_tokens_are_conserved_and_nobody_is_paid_twice();
        }
        afterInvariant();
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
    }

    function assertCalled(string memory call_) private view {
        assertTrue(handler.calls(call_) > 0, call_);
    }
}
