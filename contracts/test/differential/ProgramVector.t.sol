// SPDX-License-Identifier: Apache-2.0
// A program that the C++ side wrote (vectors/program.json): its roots, its nodes and a node's proof are what the
// contracts make of the same bytes.
pragma solidity 0.8.37;

import {Merkle} from "src/dispute/Merkle.sol";
import {Graph, ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {JobRules} from "src/market/JobRules.sol";
import {Trees} from "test/actors/Trees.sol";
import {Test} from "test/utils/Test.sol";

interface Json {
    function parseJsonBytes(string calldata text, string calldata key) external pure returns (bytes memory);
    function parseJsonBytesArray(string calldata text, string calldata key)
        external
        pure
        returns (bytes[] memory);
    function parseJsonBytes32(string calldata text, string calldata key) external pure returns (bytes32);
    function parseJsonBytes32Array(string calldata text, string calldata key)
        external
        pure
        returns (bytes32[] memory);
    function parseJsonUint(string calldata text, string calldata key) external pure returns (uint256);
}

contract ProgramVectorTest is Test {
    Json private constant json = Json(address(vm));

    string private text;
    bytes32[12] private header;
    bytes32[8][] private nodes;

    function setUp() public {
        text = vm.readFile("../vectors/program.json");
        header = abi.decode(json.parseJsonBytes(text, ".header"), (bytes32[12]));
        bytes[] memory list = json.parseJsonBytesArray(text, ".stepNodes");
        for (uint256 i = 0; i < list.length; ++i) {
            nodes.push(abi.decode(list[i], (bytes32[8])));
        }
    }

    function test_header_is_accepted_and_has_the_programs_root() public {
        new JobRules().checkHeader(header);
        assertEq(
            Root.unwrap(this.programRoot(header)), json.parseJsonBytes32(text, ".programRoot"), "program root"
        );
    }

    /// Both sides hold one version, and the C++ side wrote the file under its own.
    function test_header_names_the_version_of_the_definitions() public view {
        uint256 version = json.parseJsonUint(text, ".definitionsVersion");
        assertEq(this.definitionsVersion(header), version, "of the header");
        assertEq(ProgramCodec.DEFINITIONS_VERSION, version, "of the contracts");
    }

    function test_graph_root_covers_the_nodes() public view {
        bytes32[] memory hashes = new bytes32[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            hashes[i] = Root.unwrap(this.nodeHash(nodes[i]));
        }
        assertEq(Root.unwrap(Trees.root(Trees.ofList(hashes))), json.parseJsonBytes32(text, ".stepRoot"));
        assertEq(header[7], json.parseJsonBytes32(text, ".stepRoot"));
    }

    function test_proof_shows_its_node() public view {
        uint64 index = uint64(json.parseJsonUint(text, ".provenIndex"));
        bytes32[] memory proof = json.parseJsonBytes32Array(text, ".proof");
        assertTrue(this.isNode(header, Root.unwrap(this.nodeHash(nodes[index])), index, proof));
        assertFalse(this.isNode(header, Root.unwrap(this.nodeHash(nodes[index - 1])), index, proof));
    }

    /// The graph's value is a tensor of the state's bytes.
    function test_last_node_has_the_states_length() public view {
        assertEq(this.byteLength(nodes[nodes.length - 1]), uint256(header[3]));
    }

    // ---- the libraries, which read calldata

    function programRoot(bytes32[12] calldata words) external pure returns (Root) {
        return ProgramCodec.programRoot(words);
    }

    function definitionsVersion(bytes32[12] calldata words) external pure returns (uint256) {
        return ProgramCodec.definitionsVersion(words);
    }

    function nodeHash(bytes32[8] calldata node) external pure returns (Root) {
        return ProgramCodec.nodeHash(node);
    }

    function byteLength(bytes32[8] calldata node) external pure returns (uint256) {
        return ProgramCodec.byteLength(node);
    }

    function isNode(bytes32[12] calldata words, bytes32 leaf, uint64 index, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        Root root = ProgramCodec.graphRoot(words, Graph.Step);
        return Merkle.isLeaf(root, ProgramCodec.nodeCount(words, Graph.Step), leaf, index, path);
    }
}
