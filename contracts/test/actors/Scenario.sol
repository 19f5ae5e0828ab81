// SPDX-License-Identifier: Apache-2.0
// One place where a solver may be wrong: a node of a small graph, an element of its output, one operation of it. A view
// is what a player believes about a job; two views differ from that place on and nowhere before.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {NodeFields, NodeWriter} from "test/actors/NodeWriter.sol";
import {Tree, Trees} from "test/actors/Trees.sol";
import {beginHeader} from "test/utils/Headers.sol";

/// An operand's element that the judged operation reads.
struct Read {
    uint256 operand;
    uint256 position;
}

/// @param outputs by node, up to the disputed one, which may be the last and so the next state; the nodes behind it are
/// literals whose bytes nobody needs
/// @param accs accumulators before operation 0, after it, ... of the disputed chain; empty where there is none
/// @param lanes of the disputed element of an f32 sum
/// @param wrongClaim the element's bits in the wrong view
/// @param wrongAccs, wrongLanes of the wrong view
/// @param reads, extra what the challenger shows an honest responder; wrongReads, wrongExtra a wrong one
struct Scenario {
    uint64 transition;
    bytes state;
    bytes[] constants;
    bytes[] outputs;
    NodeFields fields;
    uint64 element;
    uint64 operation;
    uint32 lane;
    uint32[] accs;
    uint32[32] lanes;
    uint32 wrongClaim;
    uint32[] wrongAccs;
    uint32[32] wrongLanes;
    Read[] reads;
    Read[] wrongReads;
    uint64 extra;
    uint64 wrongExtra;
}

struct View {
    Root[] boundaries;
    Tree trace;
    bytes output;
    Tree blocks;
    uint32[] accs;
    uint32[32] lanes;
}

library Scenarios {
    uint64 internal constant STEPS = 80;
    /// The disputed node stands after its operands; the graph is filled up to this, so that a trace takes two rounds.
    uint64 internal constant NODES = 40;

    function disputedNode(Scenario memory s) internal pure returns (uint64) {
        return uint64(s.outputs.length - 1);
    }

    // ---- the program

    function nodes(Scenario memory s) internal pure returns (bytes32[8][] memory graph) {
        graph = new bytes32[8][](NODES);
        for (uint256 i = 0; i < NODES; ++i) {
            graph[i][6] = bytes32(i); // a literal of rank 0
        }
        graph[disputedNode(s)] = NodeWriter.write(s.fields);
    }

    function graphTree(Scenario memory s) internal pure returns (Tree memory) {
        bytes32[8][] memory graph = nodes(s);
        bytes32[] memory hashes = new bytes32[](NODES);
        for (uint256 i = 0; i < NODES; ++i) {
            hashes[i] = sha256(abi.encodePacked(graph[i]));
        }
        return Trees.ofList(hashes);
    }

    function constantTree(Scenario memory s) internal pure returns (Tree memory) {
        bytes32[] memory entries = new bytes32[](s.constants.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            Root root = Trees.root(Trees.ofBlob(s.constants[i]));
            entries[i] = sha256(abi.encodePacked(root, uint256(s.constants[i].length)));
        }
        return Trees.ofList(entries);
    }

    /// The scenario's graph is the one that its transition runs; the others have one node each.
    function header(Scenario memory s) internal pure returns (bytes32[12] memory words) {
        words = beginHeader(STEPS, STEPS);
        words[3] = bytes32(s.state.length);
        words[4] = bytes32(uint256(1));
        uint256 graph = s.transition == 0 ? 0 : s.transition <= STEPS ? 1 : 2;
        words[5] = bytes32(uint256(words[5]) + (uint256(NODES - 1) << (64 * (3 - graph))));
        for (uint256 g = 0; g < 3; ++g) {
            words[6 + g] = keccak256(abi.encode("another graph", g));
        }
        words[6 + graph] = Root.unwrap(Trees.root(graphTree(s)));
        words[10] = bytes32(s.constants.length);
        words[11] = Root.unwrap(Trees.root(constantTree(s)));
    }

    // ---- the two views

    function honestView(Scenario memory s) internal pure returns (View memory) {
        return viewOf(s, s.outputs[disputedNode(s)], false);
    }

    function wrongView(Scenario memory s, uint256 size) internal pure returns (View memory) {
        bytes memory output = bytes.concat(s.outputs[disputedNode(s)]);
        for (uint256 i = 0; i < size; ++i) {
            output[s.element * size + i] = bytes1(uint8(s.wrongClaim >> (8 * i)));
        }
        return viewOf(s, output, true);
    }

    function viewOf(Scenario memory s, bytes memory output, bool wrong) private pure returns (View memory v) {
        v.boundaries = new Root[](STEPS + 3);
        for (uint64 b = 1; b < STEPS + 3; ++b) {
            bool after_ = wrong && b > s.transition;
            v.boundaries[b] = Root.wrap(keccak256(abi.encode("boundary", b, after_)));
        }
        if (s.transition > 0) v.boundaries[s.transition] = Trees.root(Trees.ofBlob(s.state));
        v.output = output;
        v.blocks = Trees.ofBlob(output);
        if (disputedNode(s) == NODES - 1) v.boundaries[s.transition + 1] = Trees.root(v.blocks);
        v.accs = wrong ? s.wrongAccs : s.accs;
        v.lanes = wrong ? s.wrongLanes : s.lanes;

        bytes32[] memory leaves = new bytes32[](NODES);
        for (uint256 i = 0; i < NODES; ++i) {
            leaves[i] = i < disputedNode(s)
                ? Root.unwrap(Trees.root(Trees.ofBlob(s.outputs[i])))
                : keccak256(abi.encode("output", i, wrong));
        }
        leaves[disputedNode(s)] = Root.unwrap(Trees.root(v.blocks));
        leaves[NODES - 1] = Root.unwrap(v.boundaries[s.transition + 1]);
        v.trace = Trees.ofList(leaves);
    }
}
