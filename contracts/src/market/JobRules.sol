// SPDX-License-Identifier: Apache-2.0
// What a job must satisfy to be posted. The bounds see to it that no arithmetic overflows, that every wait ends within
// months, and that a responder can answer for any program whose header passes.
pragma solidity 0.8.37;

import {Graph, ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {IJobMarket, Terms} from "src/market/IJobMarket.sol";

library JobRules {
    uint64 internal constant STEPS_MAX = 1 << 40;
    uint64 internal constant BLOB_LENGTH_MAX = 1 << 48;
    uint64 internal constant NODES_MAX = 1 << 24; // an operand reference has 24 bits
    uint32 internal constant WINDOW_MAX = 30 days;
    uint32 internal constant STEP_MILLIS_MAX = 1 hours * 1000;

    function checkTerms(Terms calldata terms, uint64 interval) internal pure {
        if (terms.minPrice == 0) revert IJobMarket.BadTerms("0 < minPrice");
        if (terms.minPrice > terms.maxPrice) revert IJobMarket.BadTerms("minPrice <= maxPrice");
        if (terms.solverBond == 0) revert IJobMarket.BadTerms("0 < solverBond");
        if (terms.challengeBond == 0) revert IJobMarket.BadTerms("0 < challengeBond");
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
    }

    function checkHeader(bytes32[12] calldata header) internal pure {
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
