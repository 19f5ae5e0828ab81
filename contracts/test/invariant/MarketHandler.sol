// SPDX-License-Identifier: Apache-2.0
// Every call that the market, the registry and the clocks of a game allow, by several accounts, at random. A handler
// looks first whether the call is allowed and otherwise does nothing: what it calls cannot revert, and a revert fails
// the run. It counts what it called, and keeps its own books from the events.
pragma solidity 0.8.37;

import {DisputeGame} from "src/dispute/DisputeGame.sol";
import {GameId, GameState, Phase} from "src/dispute/IDisputeGame.sol";
import {Pieces} from "src/dispute/Pieces.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {
    Challenge,
    Checkpoint,
    IJobMarket,
    Job,
    JobId,
    Qualification,
    Status,
    Terms
} from "src/market/IJobMarket.sol";
import {Stake} from "src/market/INodeRegistry.sol";
import {JobMarket} from "src/market/JobMarket.sol";
import {NodeRegistry} from "src/market/NodeRegistry.sol";
import {LydianToken} from "src/token/LydianToken.sol";
import {beginHeader} from "test/utils/Headers.sol";
import {Test, Vm} from "test/utils/Test.sol";

contract MarketHandler is Test {
    JobMarket public immutable market;
    NodeRegistry public immutable registry;
    DisputeGame public immutable games;
    LydianToken public immutable token;

    address[] public accounts;
    mapping(string call => uint256) public calls;
    /// Times a checkpoint of a job was paid, over all attempts.
    mapping(uint256 job => mapping(uint64 index => uint256)) public timesPaid;
    mapping(uint256 job => uint256) public paid;
    mapping(uint256 job => uint256) public returned;
    /// What convicted solvers added to the audit escrow.
    mapping(uint256 job => uint256) public refilled;
    mapping(uint256 job => bytes32[12]) internal headers;
    /// keccak256 of a job's record when it became final.
    mapping(uint256 job => bytes32) public finalRecord;

    constructor(JobMarket market_, address[] memory accounts_) {
        market = market_;
        registry = NodeRegistry(address(market_.registry()));
        games = DisputeGame(address(market_.games()));
        token = LydianToken(address(market_.token()));
        accounts = accounts_;
    }

    function accountCount() external view returns (uint256) {
        return accounts.length;
    }

    /// Counts a call that happened and books what it paid.
    modifier counted(string memory name) {
        vm.recordLogs();
        _;
        book();
        calls[name] += 1;
    }

    // ---- the handlers

    function post(uint256 who, uint256 steps, uint256 interval, uint256 price) external {
        address account = accounts[who % accounts.length];
        steps = bound(steps, 1, 6);
        Terms memory terms = Terms({
            minPrice: uint128(bound(price, 1, 1000)),
            maxPrice: uint128(bound(price, 1, 1000) + bound(steps, 0, 500)),
            solverBond: uint128(1 ether + bound(price, 1, 99)),
            challengeBond: uint128(1 ether + bound(interval, 1, 77)),
            auctionSeconds: 60,
            expirySeconds: 500,
            challengeWindow: 100,
            checkpointSeconds: 150,
            moveBudget: 90,
            stepMillis: 1000,
            auditRate: 20_000,
            demandSeconds: 60,
            auditFee: 3,
            demandBond: 1,
            workGflop: 1,
            qualification: Qualification({stake: 0, memoryBytes: 0, speedClass: 0, reputation: 0}),
            model: 0
        });
        if (market.jobCount() >= 40 || token.balanceOf(account) < terms.maxPrice + 1000) return;
        postAs(account, beginHeader(steps, bound(interval, 1, steps)), terms);
    }

    function postAs(address account, bytes32[12] memory header, Terms memory terms) private counted("post") {
        vm.prank(account);
        JobId jobId = market.post(header, Root.wrap("blob"), 1, terms);
        headers[JobId.unwrap(jobId)] = header;
    }

    function withdraw(uint256 id) external {
        (JobId jobId, Job memory job) = pick(id, Status.Open);
        if (job.status == Status.Open && id % 4 == 0) withdrawAs(jobId, job.submitter);
    }

    function withdrawAs(JobId jobId, address account) private counted("withdraw") {
        vm.prank(account);
        market.withdraw(jobId);
    }

    function accept(uint256 id, uint256 who) external {
        (JobId jobId, Job memory job) = pick(id, Status.Open);
        address account = accounts[who % accounts.length];
        if (job.status != Status.Open || passed(job.since, job.terms.expirySeconds)) return;
        if (registry.stake(account).free < job.terms.solverBond) return;
        acceptAs(jobId, account);
    }

    function acceptAs(JobId jobId, address account) private counted("accept") {
        vm.prank(account);
        market.accept(jobId, 0);
    }

    function commit(uint256 id, bytes32 root) external {
        (JobId jobId, Job memory job) = pick(id, Status.Running);
        if (job.status != Status.Running || passed(job.since, job.terms.checkpointSeconds)) return;
        if (job.committed == market.checkpointCount(jobId)) return;
        // A state has no bytes in these programs; who commits something else has no data.
        commitAs(jobId, job, Root.wrap(uint256(root) % 2 == 0 ? sha256("") : root));
    }

    function commitAs(JobId jobId, Job memory job, Root root) private counted("commit") {
        vm.prank(job.solver);
        market.commitCheckpoint(jobId, job.committed, root);
    }

    function settle(uint256 id) external {
        (JobId jobId, Job memory job) = pick(id, Status.Running);
        if (job.status != Status.Running || job.settled == job.committed) return;
        Checkpoint memory its = market.checkpoint(jobId, job.settled);
        if (its.openGames != 0 || !passed(its.committedAt, job.terms.challengeWindow)) return;
        settleNow(jobId, job.settled);
    }

    function settleNow(JobId jobId, uint64 index) private counted("settle") {
        market.settle(jobId, index);
    }

    function reopen(uint256 id) external {
        (JobId jobId, Job memory job) = pick(id, Status.Running);
        if (job.status != Status.Running || job.settled != job.committed) return;
        if (!passed(job.since, job.terms.checkpointSeconds)) return;
        reopenNow(jobId);
    }

    function reopenNow(JobId jobId) private counted("reopen") {
        market.reopen(jobId);
    }

    function challenge(uint256 id, uint256 index, uint256 who) external {
        (JobId jobId, Job memory job) = pickCommitted(id, bytes32(index));
        address account = accounts[who % accounts.length];
        if (job.settled == job.committed) return;
        uint64 chosen = uint64(bound(index, job.settled, job.committed - 1));
        if (passed(market.checkpoint(jobId, chosen).committedAt, job.terms.challengeWindow)) return;
        if (token.balanceOf(account) < job.terms.challengeBond) return;
        challengeAs(jobId, chosen, account);
    }

    function challengeAs(JobId jobId, uint64 index, address account) private counted("challenge") {
        vm.prank(account);
        market.challenge(jobId, index);
    }

    /// The responder posts, so that the next time-out is the challenger's.
    function respond(uint256 id) external {
        (GameId gameId, bool found) = openGame(id);
        if (!found) return;
        GameState memory state = games.gameState(gameId);
        if (state.phase != Phase.Steps || passed(state.deadline, 0)) return;
        respondNow(gameId, state);
    }

    function respondNow(GameId gameId, GameState memory state) private counted("respond") {
        Root[] memory roots = new Root[](Pieces.count(state.lo, state.hi) - 1);
        vm.prank(games.mover(gameId));
        games.postSteps(gameId, roots);
    }

    /// Waits until the mover's time is up if it is not.
    function timeout(uint256 id) external {
        (GameId gameId, bool found) = openGame(id);
        if (!found) return;
        Timestamp deadline = games.gameState(gameId).deadline;
        if (!passed(deadline, 0)) vm.warp(Timestamp.unwrap(deadline) + 1);
        timeoutNow(gameId);
    }

    function timeoutNow(GameId gameId) private counted("timeout") {
        games.timeout(gameId);
    }

    function releaseMoot(uint256 id) external {
        uint256 count = market.gameCount();
        for (uint256 i = 0; i < count; ++i) {
            GameId gameId = GameId.wrap(1 + (id % count + i) % count);
            Challenge memory its = market.challengeOf(gameId);
            if (its.backer == address(0) || its.attempt == market.job(its.jobId).attempt) continue;
            return releaseNow(gameId);
        }
    }

    function releaseNow(GameId gameId) private counted("releaseMoot") {
        market.releaseMoot(gameId);
    }

    function claim(uint256 who) external {
        address account = accounts[who % accounts.length];
        if (market.claimable(account) != 0) claimNow(account);
    }

    function claimNow(address account) private counted("claim") {
        market.claim(account);
    }

    function unstake(uint256 who, uint256 amount) external {
        address account = accounts[who % accounts.length];
        Stake memory stake = registry.stake(account);
        if (stake.leaving == 0 && stake.free >= 1000) {
            requestAs(account, uint128(bound(amount, 1, stake.free / 10)));
        } else if (stake.leaving != 0 && passed(stake.availableAt, 0)) {
            withdrawStakeAs(account, stake.leaving);
        }
    }

    function requestAs(address account, uint128 amount) private counted("requestWithdrawal") {
        vm.prank(account);
        registry.requestWithdrawal(amount);
    }

    function withdrawStakeAs(address account, uint128 amount) private counted("withdrawStake") {
        vm.startPrank(account);
        registry.withdraw();
        registry.deposit(amount);
        vm.stopPrank();
    }

    /// Mostly less than any window; now and then more than the withdrawal delay.
    function wait(uint256 duration) external {
        bool long = duration % 16 == 0;
        vm.warp(vm.getBlockTimestamp() + (long ? 8 days : bound(duration, 1, 40)));
    }

    // ---- choosing

    /// A job in this status, if one of the next few is.
    function pick(uint256 id, Status wanted) internal view returns (JobId jobId, Job memory job) {
        uint256 count = market.jobCount();
        for (uint256 i = 0; i < count; ++i) {
            jobId = JobId.wrap(1 + (id % count + i) % count);
            job = market.job(jobId);
            if (job.status == wanted) return (jobId, job);
        }
    }

    /// A running job with a checkpoint that has not settled, which is committed now if none is and there is time.
    /// Otherwise one where settled == committed.
    function pickCommitted(uint256 id, bytes32 root) internal returns (JobId jobId, Job memory job) {
        (jobId, job) = pick(id, Status.Running);
        if (job.status != Status.Running) {
            job.settled = job.committed;
        } else if (job.settled == job.committed && !passed(job.since, job.terms.checkpointSeconds)) {
            commitAs(jobId, job, Root.wrap(root));
            ++job.committed;
        }
    }

    function openGame(uint256 id) private view returns (GameId gameId, bool found) {
        uint256 count = market.gameCount();
        for (uint256 i = 0; i < count; ++i) {
            gameId = GameId.wrap(1 + (id % count + i) % count);
            if (market.challengeOf(gameId).backer != address(0)) return (gameId, true);
        }
    }

    function passed(Timestamp since, uint64 duration) internal view returns (bool) {
        return vm.getBlockTimestamp() > Timestamp.unwrap(since) + duration;
    }

    // ---- books

    function book() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IJobMarket.CheckpointSettled.selector) {
                (uint64 index, uint128 amount,) = abi.decode(logs[i].data, (uint64, uint128, uint128));
                timesPaid[uint256(logs[i].topics[1])][index] += 1;
                paid[uint256(logs[i].topics[1])] += amount;
            } else if (topic == IJobMarket.AuditorPaid.selector) {
                (, uint128 amount) = abi.decode(logs[i].data, (uint64, uint128));
                paid[uint256(logs[i].topics[1])] += amount;
            } else if (topic == IJobMarket.SolverConvicted.selector) {
                (,, uint128 amount) = abi.decode(logs[i].data, (uint128, uint128, uint128));
                refilled[uint256(logs[i].topics[1])] += amount;
            } else if (topic == IJobMarket.JobSettled.selector) {
                (, uint128 amount) = abi.decode(logs[i].data, (bytes32, uint128));
                close(uint256(logs[i].topics[1]), amount);
            } else if (topic == IJobMarket.JobWithdrawn.selector) {
                close(uint256(logs[i].topics[1]), abi.decode(logs[i].data, (uint128)));
            } else if (topic == IJobMarket.ChallengeUpheld.selector) {
                calls["upheld"] += 1;
            } else if (topic == IJobMarket.ChallengeRejected.selector) {
                calls["rejected"] += 1;
            } else if (topic == IJobMarket.ChallengeMoot.selector) {
                calls["moot"] += 1;
            }
        }
    }

    function close(uint256 id, uint256 amount) private {
        calls["final"] += 1;
        returned[id] += amount;
        finalRecord[id] = keccak256(abi.encode(market.job(JobId.wrap(id))));
    }
}
