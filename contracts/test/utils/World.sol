// SPDX-License-Identifier: Apache-2.0
// A deployed ledger with funded accounts, in the order of contracts/README.md, and a job to begin with.
pragma solidity 0.8.37;

import {DisputeGame} from "src/dispute/DisputeGame.sol";
import {GameId} from "src/dispute/IDisputeGame.sol";
import {Referee} from "src/dispute/Referee.sol";
import {Root} from "src/dispute/Root.sol";
import {Scalars} from "src/dispute/Scalars.sol";
import {Job, JobId, Status, Terms} from "src/market/IJobMarket.sol";
import {JobMarket} from "src/market/JobMarket.sol";
import {NodeRegistry} from "src/market/NodeRegistry.sol";
import {LydianToken} from "src/token/LydianToken.sol";
import {beginHeader} from "test/utils/Headers.sol";
import {Test} from "test/utils/Test.sol";

abstract contract World is Test {
    uint128 internal constant FUNDS = 1_000_000 ether;
    uint128 internal constant STAKE = 100_000 ether;
    uint64 internal constant STEPS = 10;
    uint64 internal constant INTERVAL = 4;

    address internal submitter = makeAccount("submitter");
    address internal solver = makeAccount("solver");
    address internal challenger = makeAccount("challenger");
    address internal stranger = makeAccount("stranger");
    address internal treasury = makeAccount("treasury");

    LydianToken internal token;
    NodeRegistry internal registry;
    Scalars internal scalars;
    Referee internal referee;
    DisputeGame internal games;
    JobMarket internal market;

    function setUp() public virtual {
        vm.warp(1_000_000);
        // This contract has created nothing yet: its nonce is 1.
        address marketAddress = createAddress(address(this), 6);
        token = makeToken();
        registry = new NodeRegistry(token, marketAddress);
        scalars = new Scalars();
        referee = new Referee(scalars);
        games = new DisputeGame(JobMarket(marketAddress), referee, scalars);
        market = new JobMarket(token, registry, games, treasury);
        fund(submitter);
        fund(challenger);
        enlist(solver);
    }

    /// Gives this contract the supply.
    function makeToken() internal virtual returns (LydianToken) {
        return new LydianToken(address(this));
    }

    // ---- accounts

    /// Of a contract that an account with a nonce below 128 creates.
    function createAddress(address account, uint8 nonce) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", account, nonce)))));
    }

    function fund(address account) internal {
        assertTrue(token.transfer(account, FUNDS));
        vm.startPrank(account);
        token.approve(address(market), type(uint256).max);
        token.approve(address(registry), type(uint256).max);
        vm.stopPrank();
    }

    /// Funded, registered and staked.
    function enlist(address account) internal {
        fund(account);
        vm.startPrank(account);
        registry.register(keccak256(abi.encode(account)), new bytes(64), "127.0.0.1:1", 1 << 30, 100);
        registry.deposit(STAKE);
        vm.stopPrank();
    }

    // ---- jobs

    function someTerms() internal pure returns (Terms memory) {
        return Terms({
            minPrice: 100 ether,
            maxPrice: 300 ether,
            solverBond: 1000 ether,
            challengeBond: 50 ether,
            auctionSeconds: 100,
            expirySeconds: 1000,
            challengeWindow: 600,
            checkpointSeconds: 3600,
            moveBudget: 300,
            stepMillis: 1500
        });
    }

    function someHeader() internal pure returns (bytes32[12] memory header) {
        header = beginHeader(STEPS, INTERVAL);
        header[3] = bytes32(uint256(100));
        header[4] = bytes32(uint256(50));
        header[5] = bytes32(uint256(3) << 192 | uint256(4) << 128 | uint256(2) << 64);
        header[6] = "init";
        header[7] = "step";
        header[8] = "output";
    }

    function postJob() internal returns (JobId) {
        return postJob(someTerms());
    }

    function postJob(Terms memory terms) internal returns (JobId) {
        vm.prank(submitter);
        return market.post(someHeader(), Root.wrap("blob"), 12345, terms);
    }

    /// Accepted at the price of the auction's end, 300 ether.
    function runningJob() internal returns (JobId jobId) {
        jobId = postJob();
        elapse(100);
        vm.prank(solver);
        market.accept(jobId, 300 ether);
    }

    function someRoot(uint64 index) internal pure returns (Root) {
        return Root.wrap(keccak256(abi.encode("checkpoint", index)));
    }

    function commit(JobId jobId, uint64 index) internal {
        vm.prank(solver);
        market.commitCheckpoint(jobId, index, someRoot(index));
    }

    function challengeBy(address who, JobId jobId, uint64 index) internal returns (GameId) {
        vm.prank(who);
        return market.challenge(jobId, index);
    }

    /// Not by block.timestamp, which the optimizer reads once a function and keeps over a warp.
    function elapse(uint256 duration) internal {
        vm.warp(vm.getBlockTimestamp() + duration);
    }

    function passWindow() internal {
        elapse(someTerms().challengeWindow + 1);
    }

    function verdict(GameId gameId, bool responderWon) internal {
        vm.prank(address(games));
        market.verdict(gameId, responderWon);
    }

    function jobOf(JobId jobId) internal view returns (Job memory) {
        return market.job(jobId);
    }

    function assertStatus(JobId jobId, Status expected) internal view {
        assertEq(uint256(market.job(jobId).status), uint256(expected));
    }
}
