// SPDX-License-Identifier: Apache-2.0
// The market's handlers, and those of the audits and the demands.
pragma solidity 0.8.37;

import {Audits} from "src/court/Audits.sol";
import {Demands} from "src/court/Demands.sol";
import {Answer, Audit, AuditId, Stage} from "src/court/IAudits.sol";
import {Demand, DemandId} from "src/court/IDemands.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {Checkpoint, Job, JobId, Status} from "src/market/IJobMarket.sol";
import {JobMarket} from "src/market/JobMarket.sol";
import {MarketHandler} from "test/invariant/MarketHandler.sol";

contract CourtHandler is MarketHandler {
    bytes32 private constant SALT = "salt";

    Audits public immutable audits;
    Demands public immutable demands;
    mapping(bytes32 claim => bool) private drawnBefore;

    constructor(JobMarket market_, address[] memory accounts_) MarketHandler(market_, accounts_) {
        audits = Audits(market_.audits());
        demands = Demands(market_.demands());
    }

    /// One of the courts' calls: as likely, all together, as two of the market's.
    function court(uint256 which, uint256 id, uint256 who, uint256 random) external {
        which %= 12;
        if (which == 0) enlistAuditor(who, random);
        else if (which == 1) delistAuditor(who, random);
        else if (which <= 3) drawAudit(id, who, random);
        else if (which <= 5) moveAudit(id, random);
        else if (which == 6) expireAudit(id);
        else if (which <= 8) demandBlock(id, who);
        else if (which == 9) answerDemand(id);
        else if (which == 10) expireDemand(id);
        else claimDemand(who);
    }

    // ---- the auditor's stake

    function enlistAuditor(uint256 who, uint256 amount) private {
        address account = accounts[who % accounts.length];
        uint128 free = registry.stake(account).free;
        if (free >= 1000 ether) enlistAs(account, uint128(bound(amount, 10 ether, free / 20)));
    }

    function enlistAs(address account, uint128 amount) private counted("enlist") {
        vm.prank(account);
        audits.enlist(amount);
    }

    function delistAuditor(uint256 who, uint256 amount) private {
        address account = accounts[who % accounts.length];
        uint128 free = audits.auditor(account).free;
        if (free != 0) delistAs(account, uint128(bound(amount, 1, free)));
    }

    function delistAs(address account, uint128 amount) private counted("delist") {
        vm.prank(account);
        audits.delist(amount);
    }

    // ---- audits

    /// Looks among the accounts, and among a few beacons, for one that is drawn.
    function drawAudit(uint256 id, uint256 who, uint256 beacon) private {
        (JobId jobId, Job memory job) = pickCommitted(id, bytes32(beacon));
        if (job.settled == job.committed) return;
        uint64 index = uint64(bound(who, job.settled, job.committed - 1));
        Checkpoint memory its = market.checkpoint(jobId, index);
        if (passed(its.committedAt, job.terms.challengeWindow)) return;
        uint64 height = its.blockNumber + 4;
        if (vm.getBlockNumber() <= height) vm.roll(height + 1);
        vm.setBlockhash(height, keccak256(abi.encode(beacon)));
        for (uint256 i = 0; i < accounts.length; ++i) {
            address account = accounts[(who % accounts.length + i) % accounts.length];
            bytes32 claim = keccak256(abi.encode(jobId, job.attempt, index, account));
            bool late = !(its.committedAt > audits.auditor(account).since);
            if (account == job.solver || late || drawnBefore[claim]) continue;
            if (vm.getBlockNumber() > height + 256 || !audits.isDrawn(jobId, index, account)) continue;
            drawnBefore[claim] = true;
            return drawNow(jobId, index, account);
        }
    }

    function drawNow(JobId jobId, uint64 index, address account) private counted("draw") {
        audits.draw(jobId, index, account);
    }

    /// The next moves of audits, one to six, each by whose turn it is. Every second auditor disagrees.
    function moveAudit(uint256 id, uint256 moves) private {
        for (uint256 i = 0; i <= moves % 6; ++i) {
            (AuditId auditId, bool found) = openAudit(id, true);
            if (!found) return;
            Audit memory its = audits.audit(auditId);
            Answer memory solvers = answerOf(its);
            Answer memory own = answerOf(its);
            if (AuditId.unwrap(auditId) % 2 == 0) own.trace = Root.wrap("another");
            if (its.stage == Stage.Drawn) sealAs(auditId, its, own);
            else if (its.stage == Stage.Sealed) answerAs(auditId, its, solvers);
            else revealAs(auditId, its, own, solvers);
        }
    }

    function sealAs(AuditId auditId, Audit memory its, Answer memory own) private counted("seal") {
        vm.prank(its.auditor);
        audits.seal(auditId, keccak256(abi.encode(own, SALT, its.auditor)));
    }

    function answerAs(AuditId auditId, Audit memory its, Answer memory solvers) private counted("answer") {
        vm.prank(its.solver);
        audits.answer(auditId, solvers);
    }

    function revealAs(AuditId auditId, Audit memory its, Answer memory own, Answer memory solvers)
        private
        counted("reveal")
    {
        calls[own.trace == solvers.trace ? "agreed" : "disagreed"] += 1;
        vm.prank(its.auditor);
        audits.reveal(auditId, own, SALT, solvers);
    }

    /// Waits until the time of whose turn it is is up, if the claim is not dropped.
    function expireAudit(uint256 id) private {
        (AuditId auditId, bool found) = openAudit(id, false);
        if (!found) return;
        Audit memory its = audits.audit(auditId);
        bool current = market.job(its.jobId).attempt == its.attempt;
        if (current && !passed(its.deadline, 0)) vm.warp(Timestamp.unwrap(its.deadline) + 1);
        expireAuditNow(auditId);
    }

    function expireAuditNow(AuditId auditId) private counted("expireAudit") {
        audits.expire(auditId);
    }

    // ---- demands

    function demandBlock(uint256 id, uint256 who) private {
        // Half of the checkpoints have no data.
        (JobId jobId, Job memory job) = pickCommitted(id, who % 2 == 0 ? sha256("") : bytes32(who));
        address account = accounts[who % accounts.length];
        if (job.settled == job.committed) return;
        uint64 index = uint64(bound(who, job.settled, job.committed - 1));
        if (passed(market.checkpoint(jobId, index).committedAt, job.terms.challengeWindow)) return;
        if (token.balanceOf(account) < job.terms.demandBond) return;
        demandAs(jobId, index, account);
        // Some solvers answer at once: nobody else's call comes in between.
        if (id % 3 == 0) answerDemand(demands.demandCount() - 1);
    }

    function demandAs(JobId jobId, uint64 index, address account) private counted("demand") {
        bytes32[12] memory header = headers[JobId.unwrap(jobId)];
        vm.prank(account);
        demands.demand(jobId, index, 0, header);
    }

    function answerDemand(uint256 id) private {
        (DemandId demandId, bool found) = openDemand(id, true);
        if (found) answerDemandNow(demandId);
    }

    function answerDemandNow(DemandId demandId) private counted("answerDemand") {
        demands.answer(demandId, "", new bytes32[](0));
    }

    function expireDemand(uint256 id) private {
        (DemandId demandId, bool found) = openDemand(id, false);
        if (!found) return;
        Demand memory its = demands.demandOf(demandId);
        bool current = market.job(its.jobId).attempt == its.attempt;
        if (current && !passed(its.deadline, 0)) return;
        expireDemandNow(demandId);
    }

    function expireDemandNow(DemandId demandId) private counted("expireDemand") {
        demands.expire(demandId);
    }

    function claimDemand(uint256 who) private {
        address account = accounts[who % accounts.length];
        if (demands.claimable(account) != 0) claimDemandNow(account);
    }

    function claimDemandNow(address account) private counted("claimDemand") {
        demands.claim(account);
    }

    // ---- choosing

    /// One that is not over; `movable`: in which whose turn it is can move.
    function openAudit(uint256 id, bool movable) private view returns (AuditId auditId, bool found) {
        uint256 count = audits.auditCount();
        for (uint256 i = 0; i < count; ++i) {
            auditId = AuditId.wrap(1 + (id % count + i) % count);
            Audit memory its = audits.audit(auditId);
            if (its.stage == Stage.Over) continue;
            bool current = market.job(its.jobId).attempt == its.attempt;
            if (!movable || (current && !passed(its.deadline, 0))) return (auditId, true);
        }
    }

    /// One that is open; `answerable`: whose block the solver has, and in time.
    function openDemand(uint256 id, bool answerable) private view returns (DemandId demandId, bool found) {
        uint256 count = demands.demandCount();
        for (uint256 i = 0; i < count; ++i) {
            demandId = DemandId.wrap(1 + (id % count + i) % count);
            Demand memory its = demands.demandOf(demandId);
            if (!its.open) continue;
            bool shown = Root.unwrap(its.root) == sha256("") && !passed(its.deadline, 0);
            if (!answerable || shown) return (demandId, true);
        }
    }

    /// What the solver of an audit answers: committed roots where there are some.
    function answerOf(Audit memory its) private view returns (Answer memory answer) {
        answer = Answer(Root.wrap("before"), Root.wrap("next"), Root.wrap("trace"));
        if (its.transition == its.lo) {
            answer.before = its.index == 0 ? Root.wrap(0) : market.checkpoint(its.jobId, its.index - 1).root;
        }
        if (its.transition + 1 == its.hi) answer.next = market.checkpoint(its.jobId, its.index).root;
    }
}
