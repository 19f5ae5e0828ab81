// SPDX-License-Identifier: Apache-2.0
// Every field of a node that a byte-wise writer puts where docs/protocol.md says is read back; what is out of range is
// refused.
pragma solidity 0.8.37;

import {IReferee} from "src/dispute/IReferee.sol";
import {Form, Graph, ProgramCodec, Source} from "src/dispute/ProgramCodec.sol";
import {DType} from "src/float/Convert32.sol";
import {NodeFields, NodeWriter, Operand} from "test/actors/NodeWriter.sol";
import {Test} from "test/utils/Test.sol";

contract ProgramCodecTest is Test {
    function test_graph_of_a_transition() public pure {
        assertEq(uint256(ProgramCodec.graphOf(0, 5)), uint256(Graph.Init));
        assertEq(uint256(ProgramCodec.graphOf(1, 5)), uint256(Graph.Step));
        assertEq(uint256(ProgramCodec.graphOf(5, 5)), uint256(Graph.Step));
        assertEq(uint256(ProgramCodec.graphOf(6, 5)), uint256(Graph.Output));
    }

    function testFuzz_reads_every_field(uint256 seed) public view {
        NodeFields memory fields = randomFields(seed);
        this.assertFields(NodeWriter.write(fields), fields);
    }

    function test_refuses_codes_out_of_range() public {
        refuse(0, 9, "form");
        refuse(2, 7, "dtype");
        refuse(3, 9, "rank");
        refuse(4, 4, "operand count");
        refuse(6, 7, "dtype");
        refuse(12, 3, "operand kind");
    }

    function test_refuses_shapes_beyond_any_tensor() public {
        NodeFields memory fields;
        fields.shape = new uint32[](3);
        (fields.shape[0], fields.shape[1], fields.shape[2]) = (1 << 31, 1 << 31, 1);
        vm.expectRevert(abi.encodeWithSelector(IReferee.MalformedNode.selector, "shape"));
        this.byteLength(NodeWriter.write(fields));
        (fields.shape[0], fields.shape[1]) = (1 << 29, 1 << 30); // 2^59 elements of 4 bytes
        vm.expectRevert(abi.encodeWithSelector(IReferee.MalformedNode.selector, "shape"));
        this.byteLength(NodeWriter.write(fields));
        fields.shape[0] = 1 << 28;
        assertEq(this.byteLength(NodeWriter.write(fields)), 1 << 60);
    }

    function assertFields(bytes32[8] calldata node, NodeFields calldata fields) external pure {
        assertEq(uint256(ProgramCodec.form(node)), uint256(fields.form));
        assertEq(ProgramCodec.scalarFunction(node), fields.fn);
        assertEq(uint256(ProgramCodec.dtype(node)), uint256(fields.dtype));
        assertEq(ProgramCodec.axis(node), fields.axis);
        assertEq(ProgramCodec.rank(node), fields.shape.length);
        assertEq(ProgramCodec.operandCount(node), fields.operands.length);
        assertEq(ProgramCodec.extent(node), fields.extent);
        assertEq(ProgramCodec.viewOffset(node), fields.offset);
        assertEq(bytes32(uint256(ProgramCodec.byteLength(node) > 0 ? 1 : 0)), bytes32(uint256(1)));
        for (uint256 d = 0; d < fields.shape.length; ++d) {
            assertEq(ProgramCodec.shapeExtent(node, d), fields.shape[d]);
            assertEq(int256(ProgramCodec.viewStride(node, d)), int256(fields.strides[d]));
        }
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(ProgramCodec.concatExtent(node, i), fields.extents[i]);
        }
        for (uint256 i = 0; i < fields.operands.length; ++i) {
            assertOperand(node, i, fields.operands[i]);
        }
    }

    function assertOperand(bytes32[8] calldata node, uint256 i, Operand calldata operand) private pure {
        (Source source, uint64 index) = ProgramCodec.operandReference(node, i);
        assertEq(uint256(source), uint256(operand.source));
        assertEq(index, operand.index);
        assertEq(uint256(ProgramCodec.operandDtype(node, i)), uint256(operand.dtype));
        assertEq(ProgramCodec.broadcastMask(node, i), operand.mask);
        assertEq(ProgramCodec.operandLength(node, i), operand.length);
    }

    function randomFields(uint256 seed) private pure returns (NodeFields memory fields) {
        fields.form = Form(random(seed, 0) % 9);
        fields.fn = uint8(random(seed, 1));
        fields.dtype = DType(random(seed, 2) % 7);
        fields.axis = uint8(random(seed, 3));
        fields.extent = uint64(random(seed, 4));
        fields.offset = uint64(random(seed, 5));
        fields.shape = new uint32[](random(seed, 6) % 9);
        fields.strides = new int64[](fields.shape.length);
        for (uint256 d = 0; d < fields.shape.length; ++d) {
            fields.shape[d] = uint32(1 + random(seed, 10 + d) % 100);
            fields.strides[d] = int64(uint64(random(seed, 20 + d)));
        }
        for (uint256 i = 0; i < 3; ++i) {
            fields.extents[i] = uint64(random(seed, 30 + i));
        }
        fields.operands = new Operand[](random(seed, 7) % 4);
        for (uint256 i = 0; i < fields.operands.length; ++i) {
            fields.operands[i] = Operand({
                dtype: DType(random(seed, 40 + i) % 7),
                mask: uint8(random(seed, 50 + i)),
                source: Source(random(seed, 60 + i) % 3),
                index: uint32(random(seed, 70 + i) % (1 << 24)),
                length: uint64(random(seed, 80 + i))
            });
        }
    }

    function random(uint256 seed, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i)));
    }

    function refuse(uint256 byte_, uint256 value, string memory rule) private {
        bytes32[8] memory node;
        node[0] = bytes32(value << (8 * (31 - byte_)));
        vm.expectRevert(abi.encodeWithSelector(IReferee.MalformedNode.selector, rule));
        this.readAll(node);
    }

    function readAll(bytes32[8] calldata node) external pure {
        ProgramCodec.form(node);
        ProgramCodec.dtype(node);
        ProgramCodec.rank(node);
        ProgramCodec.operandCount(node);
        ProgramCodec.operandDtype(node, 0);
        ProgramCodec.operandReference(node, 0);
    }

    function byteLength(bytes32[8] calldata node) external pure returns (uint64) {
        return ProgramCodec.byteLength(node);
    }
}
