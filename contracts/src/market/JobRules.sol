// SPDX-License-Identifier: Apache-2.0
// What a job must satisfy to be posted. The bounds see to it that no arithmetic overflows, that every wait ends within
// months, and that a responder can answer for any program whose header passes. A contract of its own, without state:
// JobMarket would be too large with it.
pragma solidity 0.8.37;

import {Graph, ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {ParameterValues} from "src/governance/IParameters.sol";
import {IJobMarket, Terms} from "src/market/IJobMarket.sol";
import {Schedule} from "src/market/Schedule.sol";

contract JobRules {
    uint64 internal constant STEPS_MAX = 1 << 40;
    uint64 internal constant BLOB_LENGTH_MAX = 1 << 48;
    uint64 internal constant NODES_MAX = 1 << 24; // an operand reference has 24 bits
    uint32 internal constant WINDOW_MAX = 30 days;
    uint128 internal constant AUDIT_FEE_MAX = 1 << 80; // times what auditsOf gives for 2^40 checkpoints fits a uint128
    uint16 internal constant AUDIT_RATE_MAX = 50_000;
    uint32 internal constant STEP_MILLIS_MAX = 1 hours * 1000;

    /// Reverts with the rule that is broken.
    function check(bytes32[12] calldata header, Terms calldata terms, ParameterValues calldata values)
        external
        pure
    {
        checkHeader(header);
        checkTerms(terms, ProgramCodec.interval(header));
        checkBonds(terms, values);
    }

    /// What posting takes: maxPrice, and auditFee as often as auditsOf says.
    function escrowOf(bytes32[12] calldata header, Terms calldata terms)
        external
        pure
        returns (uint128 price, uint128 audits)
    {
        uint64 count = Schedule.checkpointCount(ProgramCodec.steps(header), ProgramCodec.interval(header));
        return (terms.maxPrice, terms.auditFee * auditsOf(count, terms.auditRate));
    }

    /// Audits that are paid for in advance: twice as many as the lot will name of `count` checkpoints in the mean, and
    /// one. What nobody earns returns.
    function auditsOf(uint64 count, uint16 auditRate) public pure returns (uint128) {
        return auditRate == 0 ? 0 : 1 + 2 * uint128(count) * auditRate / 10_000;
    }

    function checkTerms(Terms calldata terms, uint64 interval) private pure {
        if (terms.minPrice == 0) revert IJobMarket.BadTerms("0 < minPrice");
        if (terms.minPrice > terms.maxPrice) revert IJobMarket.BadTerms("minPrice <= maxPrice");
        if (!isWindow(terms.auctionSeconds)) revert IJobMarket.BadTerms("1 <= auctionSeconds <= 30 days");
        if (!isWindow(terms.expirySeconds)) revert IJobMarket.BadTerms("1 <= expirySeconds <= 30 days");
        if (terms.auctionSeconds > terms.expirySeconds) {
            revert IJobMarket.BadTerms("auctionSeconds <= expirySeconds");
        }
        if (!isWindow(terms.challengeWindow)) revert IJobMarket.BadTerms("1 <= challengeWindow <= 30 days");
        if (!isWindow(terms.checkpointSeconds)) {
            revert IJobMarket.BadTerms("1 <= checkpointSeconds <= 30 days");
        }
        if (!isWindow(terms.moveBudget)) revert IJobMarket.BadTerms("1 <= moveBudget <= 30 days");
        if (terms.stepMillis == 0 || terms.stepMillis > STEP_MILLIS_MAX) {
            revert IJobMarket.BadTerms("1 <= stepMillis <= 1 hour");
        }
        if (uint256(interval) * terms.stepMillis > uint256(WINDOW_MAX) * 1000) {
            revert IJobMarket.BadTerms("interval * stepMillis <= 30 days");
        }
        if (terms.workGflop == 0) revert IJobMarket.BadTerms("0 < workGflop");
        checkCourts(terms);
    }

    /// What audits and demands read.
    function checkCourts(Terms calldata terms) private pure {
        if (terms.auditRate > AUDIT_RATE_MAX) revert IJobMarket.BadTerms("auditRate <= 50000 basis points");
        if ((terms.auditRate == 0) != (terms.auditFee == 0)) {
            revert IJobMarket.BadTerms("auditRate and auditFee both 0 or neither");
        }
        if (terms.auditFee > AUDIT_FEE_MAX) revert IJobMarket.BadTerms("auditFee <= 2^80");
        if (!isWindow(terms.demandSeconds)) revert IJobMarket.BadTerms("1 <= demandSeconds <= 30 days");
        if (terms.demandBond == 0) revert IJobMarket.BadTerms("0 < demandBond");
    }

    /// A bond never so small that losing it is nothing. The values are those of the moment of posting.
    function checkBonds(Terms calldata terms, ParameterValues calldata values) private pure {
        if (terms.solverBond < values.solverBondMin) {
            revert IJobMarket.BondTooSmall("solverBond", terms.solverBond, values.solverBondMin);
        }
        if (terms.challengeBond < values.challengeBondMin) {
            revert IJobMarket.BondTooSmall("challengeBond", terms.challengeBond, values.challengeBondMin);
        }
    }

    function checkHeader(bytes32[12] calldata header) public pure {
        if (!ProgramCodec.isProgram(header)) revert IJobMarket.BadHeader("word 0: lydian, a version");
        if (ProgramCodec.definitionsVersion(header) != ProgramCodec.DEFINITIONS_VERSION) {
            revert IJobMarket.BadHeader("definitions version 1");
        }
        uint256 steps = uint256(header[1]);
        uint256 interval = uint256(header[2]);
        if (steps == 0 || steps > STEPS_MAX) revert IJobMarket.BadHeader("1 <= steps <= 2^40");
        if (interval == 0 || interval > steps) revert IJobMarket.BadHeader("1 <= interval <= steps");
        if (uint256(header[3]) > BLOB_LENGTH_MAX) revert IJobMarket.BadHeader("state length <= 2^48");
        if (uint256(header[4]) > BLOB_LENGTH_MAX) revert IJobMarket.BadHeader("result length <= 2^48");
        for (uint8 graph = 0; graph < 3; ++graph) {
            uint64 count = ProgramCodec.nodeCount(header, Graph(graph));
            if (count == 0 || count > NODES_MAX) {
                revert IJobMarket.BadHeader("1 <= nodes of a graph <= 2^24");
            }
        }
        if (uint256(header[10]) > NODES_MAX) revert IJobMarket.BadHeader("constants <= 2^24");
    }

    function isWindow(uint32 duration) private pure returns (bool) {
        return duration != 0 && duration <= WINDOW_MAX;
    }
}
