// SPDX-License-Identifier: Apache-2.0
// What holds after every sequence of calls: no token is lost or made, what is final stays, nobody is paid twice.
pragma solidity 0.8.37;

import {GameId} from "src/dispute/IDisputeGame.sol";
import {Job, JobId, Status} from "src/market/IJobMarket.sol";
import {Stake} from "src/market/INodeRegistry.sol";
import {MarketHandler} from "test/invariant/MarketHandler.sol";
import {World} from "test/utils/World.sol";

contract MarketInvariantTest is World {
    MarketHandler private handler;
    bytes4[] private selectors;

    function setUp() public override {
        super.setUp();
        address[] memory accounts = new address[](5);
        (accounts[0], accounts[1], accounts[2]) = (submitter, solver, challenger);
        (accounts[3], accounts[4]) = (stranger, treasury);
        fund(stranger);
        fund(treasury);
        enlist(stranger);
        enlist(challenger);
        enlist(treasury);
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

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 300
    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_tokens_are_conserved_and_nobody_is_paid_twice() public view {
        assertMarketBalance();
        assertRegistryBalance();
        assertJobs();
    }

    /// The market holds escrows, open bonds and credits, and nothing else.
    function assertMarketBalance() private view {
        uint256 owed = 0;
        for (uint256 id = 1; id <= market.jobCount(); ++id) {
            owed += market.job(JobId.wrap(id)).escrow;
        }
        for (uint256 id = 1; id <= market.gameCount(); ++id) {
            GameId gameId = GameId.wrap(id);
            if (market.challengeOf(gameId).challenger == address(0)) continue;
            owed += market.job(market.challengeOf(gameId).jobId).terms.challengeBond;
        }
        for (uint256 i = 0; i < handler.accountCount(); ++i) {
            owed += market.claimable(handler.accounts(i));
        }
        assertEq(token.balanceOf(address(market)), owed, "market");
    }

    /// The registry holds stakes; what is locked is the bonds of running jobs.
    function assertRegistryBalance() private view {
        uint256 held = 0;
        for (uint256 i = 0; i < handler.accountCount(); ++i) {
            address account = handler.accounts(i);
            Stake memory stake = registry.stake(account);
            held += uint256(stake.free) + stake.locked + stake.leaving;
            uint256 bonds = 0;
            for (uint256 id = 1; id <= market.jobCount(); ++id) {
                Job memory job = market.job(JobId.wrap(id));
                if (job.status == Status.Running && job.solver == account) bonds += job.terms.solverBond;
            }
            assertEq(stake.locked, bonds, "locked");
        }
        assertEq(token.balanceOf(address(registry)), held, "registry");
    }

    function assertJobs() private view {
        for (uint256 id = 1; id <= market.jobCount(); ++id) {
            Job memory job = market.job(JobId.wrap(id));
            uint64 count = market.checkpointCount(JobId.wrap(id));
            assertTrue(job.settled <= job.committed && job.committed <= count, "order");
            for (uint64 i = 0; i < count; ++i) {
                assertEq(handler.timesPaid(id, i), i < job.settled ? 1 : 0, "times paid");
            }
            assertEq(handler.paid(id) + handler.returned(id) + job.escrow, job.terms.maxPrice, "escrow");
            bool isFinal = job.status == Status.Settled || job.status == Status.Withdrawn;
            bytes32 record = handler.finalRecord(id);
            assertEq(record, isFinal ? keccak256(abi.encode(job)) : bytes32(0), "final");
            if (isFinal) assertEq(job.escrow, 0);
            assertOpenGames(id, job);
        }
    }

    /// A checkpoint waits for exactly the games of its attempt that are not over.
    function assertOpenGames(uint256 id, Job memory job) private view {
        for (uint64 i = job.settled; i < job.committed; ++i) {
            uint256 open = 0;
            for (uint256 game = 1; game <= market.gameCount(); ++game) {
                GameId gameId = GameId.wrap(game);
                if (JobId.unwrap(market.challengeOf(gameId).jobId) != id) continue;
                if (market.challengeOf(gameId).index != i) continue;
                if (market.challengeOf(gameId).attempt == job.attempt) ++open;
            }
            assertEq(market.checkpoint(JobId.wrap(id), i).openGames, open, "open games");
        }
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
