// SPDX-License-Identifier: Apache-2.0
// A deployed ledger with funded accounts, in the order of contracts/README.md, and a job to begin with.
pragma solidity 0.8.37;

import {Audits} from "src/court/Audits.sol";
import {Demands} from "src/court/Demands.sol";
import {DisputeGame} from "src/dispute/DisputeGame.sol";
import {GameId} from "src/dispute/IDisputeGame.sol";
import {Referee} from "src/dispute/Referee.sol";
import {Root} from "src/dispute/Root.sol";
import {Scalars} from "src/dispute/Scalars.sol";
import {Job, JobId, Qualification, Ring, Status, Terms} from "src/market/IJobMarket.sol";
import {JobMarket} from "src/market/JobMarket.sol";
import {JobRules} from "src/market/JobRules.sol";
import {NodeRegistry} from "src/market/NodeRegistry.sol";
import {Governance} from "test/utils/Governance.sol";
import {beginHeader} from "test/utils/Headers.sol";

abstract contract World is Governance {
    uint128 internal constant FUNDS = 1_000_000 ether;
    uint128 internal constant STAKE = 100_000 ether;
    uint64 internal constant STEPS = 10;
    uint64 internal constant INTERVAL = 4;

    address internal submitter = makeAccount("submitter");
    address internal solver = makeAccount("solver");
    address internal challenger = makeAccount("challenger");
    address internal stranger = makeAccount("stranger");

    NodeRegistry internal registry;
    JobRules internal rules;
    Scalars internal scalars;
    Referee internal referee;
    DisputeGame internal games;
    Audits internal audits;
    Demands internal demands;
    JobMarket internal market;

    function setUp() public virtual {
        vm.warp(1_000_000);
        deployGovernance();
        deployMarket();
        fund(submitter);
        fund(challenger);
        enlist(solver);
    }

    function deployMarket() private {
        address marketAddress = nextContract(7);
        registry = new NodeRegistry(token, parameters, marketAddress, nextContract(5));
        rules = new JobRules();
        scalars = new Scalars();
        referee = new Referee(scalars);
        games = new DisputeGame(JobMarket(marketAddress), referee, scalars);
        audits = new Audits(token, registry, JobMarket(marketAddress), address(treasury));
        demands = new Demands(token, JobMarket(marketAddress));
        market = new JobMarket(ring());
    }

    function ring() internal view returns (Ring memory) {
        return Ring({
            token: token,
            registry: registry,
            rules: rules,
            games: games,
            parameters: parameters,
            treasury: address(treasury),
            audits: address(audits),
            demands: address(demands)
        });
    }

    // ---- accounts

    function fund(address account) internal {
        assertTrue(token.transfer(account, FUNDS));
        vm.startPrank(account);
        token.approve(address(market), type(uint256).max);
        token.approve(address(registry), type(uint256).max);
        token.approve(address(demands), type(uint256).max);
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
            stepMillis: 1500,
            auditRate: 0,
            demandSeconds: 200,
            auditFee: 0,
            demandBond: 5 ether,
            workGflop: 2000,
            qualification: Qualification({stake: 0, memoryBytes: 0, speedClass: 0, reputation: 0}),
            model: 0
        });
    }

    /// What a solver gets of a payment: all but a hundredth.
    function afterFee(uint256 amount) internal pure returns (uint256) {
        return amount - amount / 100;
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
