// SPDX-License-Identifier: Apache-2.0
// A scenario of each form, with operands of every source, small enough to see through. Positions are written out from
// docs/operators.md, with the shapes at hand, and not by src/dispute/Positions.sol.
pragma solidity 0.8.37;

import {ChainKind, Chains} from "src/dispute/Chains.sol";
import {Form, Source} from "src/dispute/ProgramCodec.sol";
import {DType} from "src/float/Convert32.sol";
import {Operand} from "test/actors/NodeWriter.sol";
import {Players} from "test/actors/Players.sol";
import {Read, Scenario} from "test/actors/Scenario.sol";

abstract contract Cases is Players {
    uint64 internal constant TRANSITION = 37;
    /// A factor of four for a float, and far from zero: survives every finish and every sum.
    uint32 private constant FLIP = 0x01000000;

    // ---- forms without operands

    /// [3, 4] along axis 1.
    function iotaCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.Iota, DType.I32);
        s.fields.shape = shape(3, 4);
        s.fields.axis = 1;
        endValue(s, new bytes(48), element, uint32(element % 4));
    }

    /// A literal is judged by its node; the reads stay empty.
    function literalCase() internal pure returns (Scenario memory s) {
        begin(s, Form.Literal, DType.U8);
        s.fields.shape = shape(4);
        endValue(s, "abcd", 0, uint8(bytes1("a")));
        s.fields.literal = sha256("abcd");
    }

    // ---- forms that compute an element at once

    /// [2, 3]: fma of [2, 3], [1, 3] and [2, 1].
    function mapCase(uint64 element) internal view returns (Scenario memory s) {
        begin(s, Form.Map, DType.F32);
        s.fields.fn = 49;
        s.fields.shape = shape(2, 3);
        bytes memory a = floats(1, 6);
        bytes memory b = floats(2, 3);
        bytes memory c = floats(3, 2);
        addOperand(s, Source.Node, DType.F32, 0, a);
        addOperand(s, Source.Node, DType.F32, 1, b);
        addOperand(s, Source.Node, DType.F32, 2, c);
        s.reads = reads(Read(0, element), Read(1, element % 3), Read(2, element / 3));
        DType[] memory types = new DType[](3);
        uint32[] memory values = new uint32[](3);
        (values[0], values[1], values[2]) = (get(a, element), get(b, element % 3), get(c, element / 3));
        endValue(s, bytes.concat(a), element, scalars.map(49, DType.F32, types, values));
    }

    /// f32 [3, 2] out of the state's bytes, rows backwards: position 5 - 2 i + j.
    function viewCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.View, DType.F32);
        s.fields.shape = shape(3, 2);
        s.fields.offset = 5;
        s.fields.strides = new int64[](2);
        (s.fields.strides[0], s.fields.strides[1]) = (-2, 1);
        bytes memory state = floats(4, 7);
        addOperand(s, Source.State, DType.U8, 0, state);
        uint256 position = 5 - 2 * (element / 2) + element % 2;
        s.reads = reads(Read(0, position));
        endValue(s, new bytes(24), element, get(state, position));
    }

    /// A view of 50,000 bytes, backwards: an output and an operand of several blocks.
    function longViewCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.View, DType.U8);
        s.fields.shape = shape(50_000);
        s.fields.offset = 49_999;
        s.fields.strides = new int64[](1);
        s.fields.strides[0] = -1;
        bytes memory constant_ = noise(10, 50_000);
        bytes memory output = new bytes(50_000);
        for (uint256 i = 0; i < 50_000; ++i) {
            output[i] = constant_[49_999 - i];
        }
        addOperand(s, Source.Constant, DType.U8, 0, "another constant");
        addOperand(s, Source.Constant, DType.U8, 0, constant_);
        Operand[] memory one = new Operand[](1);
        one[0] = s.fields.operands[1];
        s.fields.operands = one;
        s.reads = reads(Read(0, 49_999 - element));
        endValue(s, output, element, uint8(output[element]));
    }

    /// u8 [2, 8] of a node [2, 3], a constant [2, 1] and the state [2, 4].
    function concatCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.Concat, DType.U8);
        s.fields.shape = shape(2, 8);
        s.fields.axis = 1;
        s.fields.extents = [uint64(3), 1, 4];
        addOperand(s, Source.Node, DType.U8, 0, "abcdef");
        addOperand(s, Source.Constant, DType.U8, 0, "gh");
        addOperand(s, Source.State, DType.U8, 0, "ijklmnop");
        uint256 row = element / 8;
        uint256 column = element % 8;
        if (column < 3) s.reads = reads(Read(0, row * 3 + column));
        else if (column == 3) s.reads = reads(Read(1, row));
        else s.reads = reads(Read(2, row * 4 + column - 4));
        bytes memory output = "abcgijkldefhmnop";
        endValue(s, output, element, uint8(output[element]));
    }

    /// bf16 [5, 3] out of [4, 3]; the indices reach beyond both ends.
    function gatherCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.Gather, DType.BF16);
        s.fields.shape = shape(5, 3);
        s.fields.extent = 4;
        bytes memory table = floats(5, 6);
        addOperand(s, Source.Node, DType.BF16, 0, table);
        addOperand(s, Source.Node, DType.I32, 0, words([int32(2), -7, 9, 0, 3]));
        uint256 row = [uint256(2), 0, 3, 0, 3][element / 3];
        uint256 position = row * 3 + element % 3;
        s.reads = reads(Read(1, element / 3), Read(0, position));
        uint32 value = uint8(table[2 * position]) | uint32(uint8(table[2 * position + 1])) << 8;
        endValue(s, new bytes(30), element, value);
    }

    /// The position of the greatest of five, of [2, 5, 2] along axis 1; ties go to the first.
    function argmaxCase(DType dtype, uint64 element, uint32 best, uint32 rest, uint64 first, uint64 other)
        internal
        pure
        returns (Scenario memory s)
    {
        begin(s, Form.Reduce, DType.I32);
        s.fields.fn = 2;
        s.fields.shape = shape(2, 2);
        s.fields.axis = 1;
        s.fields.extent = 5;
        bytes memory x = new bytes(80);
        uint256 origin = element / 2 * 10 + element % 2;
        for (uint256 p = 0; p < 5; ++p) {
            put(x, origin + 2 * p, 4, rest);
        }
        put(x, origin + 2 * first, 4, best);
        addOperand(s, Source.Node, dtype, 0, x);
        s.reads = reads(Read(0, origin + 2 * first), Read(0, origin + 2 * other));
        s.wrongReads = reads(Read(0, origin + 2 * other), Read(0, origin + 2 * first));
        (s.extra, s.wrongExtra) = (other, first);
        endValue(s, new bytes(16), element, uint32(first));
        s.wrongClaim = uint32(other);
    }

    // ---- forms that accumulate

    /// [2, 2, 3] of A [2, 2, K] and B [2, K, 3].
    function matmulCase(bool float, uint64 shared, uint64 element, uint64 operation)
        internal
        view
        returns (Scenario memory s)
    {
        begin(s, Form.Matmul, float ? DType.F32 : DType.I32);
        s.fields.shape = shape(2, 2, 3);
        s.fields.extent = shared;
        bytes memory a = float ? floats(6, 4 * shared) : noise(6, 4 * shared);
        bytes memory b = float ? floats(7, 6 * shared) : noise(7, 6 * shared);
        addOperand(s, Source.Node, float ? DType.F32 : DType.I8, 0, a);
        addOperand(s, Source.Node, float ? DType.F32 : DType.I8, 0, b);
        uint256 firstA = element / 3 * shared;
        uint256 firstB = element / 6 * shared * 3 + element % 3;
        uint32[] memory left = new uint32[](shared);
        uint32[] memory right = new uint32[](shared);
        for (uint256 k = 0; k < shared; ++k) {
            left[k] = float ? get(a, firstA + k) : uint8(a[firstA + k]);
            right[k] = float ? get(b, firstB + 3 * k) : uint8(b[firstB + 3 * k]);
        }
        s.reads = reads(Read(0, firstA + operation), Read(1, firstB + 3 * operation));
        endChain(s, float ? ChainKind.MatmulF32 : ChainKind.MatmulI8, 48, element, operation, left, right);
    }

    /// [2, 3] of [2, n, 3] along axis 1; not for a sum of f32.
    function reduceCase(ChainKind kind, uint64 n, uint64 element, uint64 operation)
        internal
        view
        returns (Scenario memory s)
    {
        uint32[] memory values = beginReduce(s, kind, n, element);
        s.reads = reads(Read(0, element / 3 * n * 3 + element % 3 + 3 * operation));
        endChain(s, kind, 24, element, operation, values, values);
    }

    /// The same of f32 sums: operation `operation` of lane `lane`.
    function sumCase(uint64 n, uint64 element, uint32 lane, uint64 operation)
        internal
        view
        returns (Scenario memory s)
    {
        uint32[] memory values = beginReduce(s, ChainKind.SumF32, n, element);
        s.reads = reads(Read(0, element / 3 * n * 3 + element % 3 + 3 * (lane + 32 * operation)));
        for (uint256 l = 0; l < 32; ++l) {
            uint32[] memory accs = accumulate(ChainKind.SumF32, every32nd(values, l), values);
            s.lanes[l] = s.wrongLanes[l] = accs[accs.length - 1];
            if (l == lane) s.accs = accs;
        }
        s.lane = lane;
        s.wrongAccs = flipped(s.accs, operation);
        s.wrongLanes[lane] = s.wrongAccs[s.accs.length - 1];
        s.operation = operation;
        endValue(s, new bytes(24), element, scalars.foldLanes(s.lanes));
        s.wrongClaim = scalars.foldLanes(s.wrongLanes);
    }

    /// [3, 2] of index [6] and updates [6, 2].
    function scatterCase(bool float, uint64 element, uint64 operation)
        internal
        view
        returns (Scenario memory s)
    {
        begin(s, Form.ScatterAdd, float ? DType.F32 : DType.I32);
        s.fields.shape = shape(3, 2);
        s.fields.extent = 6;
        bytes memory updates = floats(9, 12);
        addOperand(s, Source.Node, DType.I32, 0, words([int32(1), -4, 2, 0, 7, 1]));
        addOperand(s, Source.Node, float ? DType.F32 : DType.I32, 0, updates);
        uint256[6] memory rows = [uint256(1), 0, 2, 0, 2, 1];

        ChainKind kind = float ? ChainKind.ScatterF32 : ChainKind.ScatterI32;
        s.accs = new uint32[](7);
        for (uint256 p = 0; p < 6; ++p) {
            uint32 update = get(updates, 2 * p + element % 2);
            bool hit = rows[p] == element / 2;
            s.accs[p + 1] = hit ? scalars.accumulate(kind, s.accs[p], update, 0) : s.accs[p];
        }
        if (rows[operation] == element / 2) {
            s.reads = reads(Read(0, operation), Read(1, 2 * operation + element % 2));
        } else {
            s.reads = reads(Read(0, operation));
        }
        finishChain(s, kind, 24, element, operation);
    }

    // ---- building

    function begin(Scenario memory s, Form form, DType dtype) internal pure {
        s.transition = TRANSITION;
        s.fields.form = form;
        s.fields.dtype = dtype;
    }

    function addOperand(Scenario memory s, Source source, DType dtype, uint8 mask, bytes memory content)
        internal
        pure
    {
        uint32 index = 0;
        if (source == Source.State) {
            s.state = content;
        } else if (source == Source.Constant) {
            index = uint32(s.constants.length);
            s.constants = append(s.constants, content);
        } else {
            index = uint32(s.outputs.length);
            s.outputs = append(s.outputs, content);
        }
        Operand[] memory longer = new Operand[](s.fields.operands.length + 1);
        for (uint256 i = 0; i + 1 < longer.length; ++i) {
            longer[i] = s.fields.operands[i];
        }
        longer[longer.length - 1] = Operand(dtype, mask, source, index, uint64(content.length));
        s.fields.operands = longer;
    }

    /// The output has this value where it is disputed; what it holds elsewhere does not matter.
    function endValue(Scenario memory s, bytes memory output, uint64 element, uint32 value) internal pure {
        put(output, element, size(s.fields.dtype), value);
        s.outputs = append(s.outputs, output);
        s.element = element;
        s.wrongClaim = value ^ 1;
        if (s.wrongReads.length == 0) s.wrongReads = s.reads;
    }

    function endChain(
        Scenario memory s,
        ChainKind kind,
        uint256 length,
        uint64 element,
        uint64 operation,
        uint32[] memory left,
        uint32[] memory right
    ) internal view {
        s.accs = accumulate(kind, left, right);
        finishChain(s, kind, length, element, operation);
    }

    function finishChain(Scenario memory s, ChainKind kind, uint256 length, uint64 element, uint64 operation)
        internal
        view
    {
        uint256 last = s.accs.length - 1;
        s.operation = operation;
        s.wrongAccs = flipped(s.accs, operation);
        endValue(s, new bytes(length), element, scalars.finish(kind, s.accs[last]));
        if (last > 0) s.wrongClaim = scalars.finish(kind, s.wrongAccs[last]);
    }

    function beginReduce(Scenario memory s, ChainKind kind, uint64 n, uint64 element)
        private
        pure
        returns (uint32[] memory values)
    {
        bool float = kind == ChainKind.SumF32 || kind == ChainKind.MaximumF32;
        begin(s, Form.Reduce, float ? DType.F32 : DType.I32);
        s.fields.fn = kind == ChainKind.SumF32 || kind == ChainKind.SumI32 ? 0 : 1;
        s.fields.shape = shape(2, 3);
        s.fields.axis = 1;
        s.fields.extent = n;
        bytes memory x = floats(8, 6 * n);
        addOperand(s, Source.Node, s.fields.dtype, 0, x);
        values = new uint32[](n);
        for (uint256 p = 0; p < n; ++p) {
            values[p] = get(x, (element / 3 * n + p) * 3 + element % 3);
        }
    }

    function accumulate(ChainKind kind, uint32[] memory left, uint32[] memory right)
        internal
        view
        returns (uint32[] memory accs)
    {
        accs = new uint32[](left.length + 1);
        accs[0] = Chains.initial(kind);
        for (uint256 p = 0; p < left.length; ++p) {
            accs[p + 1] = scalars.accumulate(kind, accs[p], left[p], right[p]);
        }
    }

    function flipped(uint32[] memory accs, uint64 operation) private pure returns (uint32[] memory wrong) {
        wrong = new uint32[](accs.length);
        for (uint256 i = 0; i < accs.length; ++i) {
            wrong[i] = i > operation ? accs[i] ^ FLIP : accs[i];
        }
    }

    function every32nd(uint32[] memory values, uint256 lane) private pure returns (uint32[] memory part) {
        part = new uint32[](lane < values.length ? (values.length - lane + 31) / 32 : 0);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = values[lane + 32 * i];
        }
    }

    // ---- bytes

    /// f32 of magnitudes 2^-7 to 2^8, of both signs.
    function floats(uint256 seed, uint256 count) internal pure returns (bytes memory data) {
        data = new bytes(4 * count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint32 exponent = uint32(120 + random % 16);
            put(data, i, 4, uint32(random >> 128) & 0x807fffff | exponent << 23);
        }
    }

    function noise(uint256 seed, uint256 count) internal pure returns (bytes memory data) {
        data = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            data[i] = bytes1(keccak256(abi.encode(seed, i)));
        }
    }

    function words(int32[5] memory values) private pure returns (bytes memory data) {
        data = new bytes(20);
        for (uint256 i = 0; i < 5; ++i) {
            put(data, i, 4, uint32(values[i]));
        }
    }

    function words(int32[6] memory values) private pure returns (bytes memory data) {
        data = new bytes(24);
        for (uint256 i = 0; i < 6; ++i) {
            put(data, i, 4, uint32(values[i]));
        }
    }

    /// Element i of f32 or i32 data.
    function get(bytes memory data, uint256 i) internal pure returns (uint32 value) {
        for (uint256 b = 4; b > 0; --b) {
            value = value << 8 | uint8(data[4 * i + b - 1]);
        }
    }

    function put(bytes memory data, uint256 i, uint256 bytes_, uint32 value) internal pure {
        for (uint256 b = 0; b < bytes_; ++b) {
            data[bytes_ * i + b] = bytes1(uint8(value >> (8 * b)));
        }
    }

    function size(DType dtype) private pure returns (uint256) {
        return dtype == DType.F32 || dtype == DType.I32 ? 4 : dtype == DType.I8 || dtype == DType.U8 ? 1 : 2;
    }

    function append(bytes[] memory list, bytes memory item) private pure returns (bytes[] memory longer) {
        longer = new bytes[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = item;
    }

    function reads(Read memory a) internal pure returns (Read[] memory list) {
        list = new Read[](1);
        list[0] = a;
    }

    function reads(Read memory a, Read memory b) internal pure returns (Read[] memory list) {
        list = new Read[](2);
        (list[0], list[1]) = (a, b);
    }

    function reads(Read memory a, Read memory b, Read memory c) internal pure returns (Read[] memory list) {
        list = new Read[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    function shape(uint32 a) internal pure returns (uint32[] memory extents) {
        extents = new uint32[](1);
        extents[0] = a;
    }

    function shape(uint32 a, uint32 b) internal pure returns (uint32[] memory extents) {
        extents = new uint32[](2);
        (extents[0], extents[1]) = (a, b);
    }

    function shape(uint32 a, uint32 b, uint32 c) internal pure returns (uint32[] memory extents) {
        extents = new uint32[](3);
        (extents[0], extents[1], extents[2]) = (a, b, c);
    }
}
