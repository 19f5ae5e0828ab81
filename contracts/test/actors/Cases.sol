// SPDX-License-Identifier: Apache-2.0
// A scenario of each form, with operands of every source, small enough to see through. Positions are written out from
// docs/operators.md, with the shapes at hand, and not by src/dispute/Positions.sol.
pragma solidity 0.8.37;

import {ChainKind} from "src/dispute/Chains.sol";
import {Form, Source} from "src/dispute/ProgramCodec.sol";
import {DType} from "src/float/Convert32.sol";
import {CaseBuilder} from "test/actors/CaseBuilder.sol";
import {Operand} from "test/actors/NodeWriter.sol";
import {Read, Scenario} from "test/actors/Scenario.sol";
import {list} from "test/utils/Lists.sol";

abstract contract Cases is CaseBuilder {
    // ---- forms without operands

    /// [3, 4] along axis 1.
    function iotaCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.Iota, DType.I32);
        s.fields.shape = list(3, 4);
        s.fields.axis = 1;
        endValue(s, new bytes(48), element, uint32(element % 4));
    }

    /// A literal is judged by its node; the reads stay empty.
    function literalCase() internal pure returns (Scenario memory s) {
        begin(s, Form.Literal, DType.U8);
        s.fields.shape = list(4);
        endValue(s, "abcd", 0, uint8(bytes1("a")));
        s.fields.literal = sha256("abcd");
    }

    // ---- forms that compute an element at once

    /// [2, 3]: fma of [2, 3], [1, 3] and [2, 1].
    function mapCase(uint64 element) internal view returns (Scenario memory s) {
        begin(s, Form.Map, DType.F32);
        s.fields.fn = 49;
        s.fields.shape = list(2, 3);
        bytes memory a = floats(1, 6);
        bytes memory b = floats(2, 3);
        bytes memory c = floats(3, 2);
        addOperand(s, Source.Node, DType.F32, 0, a);
        addOperand(s, Source.Node, DType.F32, 1, b);
        addOperand(s, Source.Node, DType.F32, 2, c);
        addRead(s, 0, element);
        addRead(s, 1, element % 3);
        addRead(s, 2, element / 3);
        DType[] memory types = new DType[](3);
        uint32[] memory values = new uint32[](3);
        (values[0], values[1], values[2]) = (get(a, element), get(b, element % 3), get(c, element / 3));
        endValue(s, bytes.concat(a), element, scalars.map(49, DType.F32, types, values));
    }

    /// f32 [3, 2] out of the state's bytes, rows backwards: position 5 - 2 i + j.
    function viewCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.View, DType.F32);
        s.fields.shape = list(3, 2);
        s.fields.offset = 5;
        s.fields.strides = new int64[](2);
        (s.fields.strides[0], s.fields.strides[1]) = (-2, 1);
        bytes memory state = floats(4, 7);
        addOperand(s, Source.State, DType.U8, 0, state);
        uint256 position = 5 - 2 * (element / 2) + element % 2;
        addRead(s, 0, position);
        endValue(s, new bytes(24), element, get(state, position));
    }

    /// A view of 50,000 bytes, backwards: an output and an operand of several blocks.
    function longViewCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.View, DType.U8);
        s.fields.shape = list(50_000);
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
        addRead(s, 0, 49_999 - element);
        endValue(s, output, element, uint8(output[element]));
    }

    /// u8 [2, 8] of a node [2, 3], a constant [2, 1] and the state [2, 4].
    function concatCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.Concat, DType.U8);
        s.fields.shape = list(2, 8);
        s.fields.axis = 1;
        s.fields.extents = [uint64(3), 1, 4];
        addOperand(s, Source.Node, DType.U8, 0, "abcdef");
        addOperand(s, Source.Constant, DType.U8, 0, "gh");
        addOperand(s, Source.State, DType.U8, 0, "ijklmnop");
        uint256 row = element / 8;
        uint256 column = element % 8;
        if (column < 3) addRead(s, 0, row * 3 + column);
        else if (column == 3) addRead(s, 1, row);
        else addRead(s, 2, row * 4 + column - 4);
        bytes memory output = "abcgijkldefhmnop";
        endValue(s, output, element, uint8(output[element]));
    }

    /// bf16 [5, 3] out of [4, 3] by the indices 2, -7, 9, 0, 3, which reach beyond both ends.
    function gatherCase(uint64 element) internal pure returns (Scenario memory s) {
        begin(s, Form.Gather, DType.BF16);
        s.fields.shape = list(5, 3);
        s.fields.extent = 4;
        bytes memory table = floats(5, 6);
        addOperand(s, Source.Node, DType.BF16, 0, table);
        addOperand(s, Source.Node, DType.I32, 0, hex"02000000f9ffffff090000000000000003000000");
        uint256 row = [uint256(2), 0, 3, 0, 3][element / 3];
        uint256 position = row * 3 + element % 3;
        addRead(s, 1, element / 3);
        addRead(s, 0, position);
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
        s.fields.shape = list(2, 2);
        s.fields.axis = 1;
        s.fields.extent = 5;
        bytes memory x = new bytes(80);
        uint256 origin = element / 2 * 10 + element % 2;
        for (uint256 p = 0; p < 5; ++p) {
            put(x, origin + 2 * p, 4, rest);
        }
        put(x, origin + 2 * first, 4, best);
        addOperand(s, Source.Node, dtype, 0, x);
        addRead(s, 0, origin + 2 * first);
        addRead(s, 0, origin + 2 * other);
        s.wrongReads = new Read[](2);
        (s.wrongReads[0], s.wrongReads[1]) = (s.reads[1], s.reads[0]);
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
        s.fields.shape = list(2, 2, 3);
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
        addRead(s, 0, firstA + operation);
        addRead(s, 1, firstB + 3 * operation);
        endChain(s, float ? ChainKind.MatmulF32 : ChainKind.MatmulI8, 48, element, operation, left, right);
    }

    /// [2, 3] of [2, n, 3] along axis 1; not for a sum of f32.
    function reduceCase(ChainKind kind, uint64 n, uint64 element, uint64 operation)
        internal
        view
        returns (Scenario memory s)
    {
        uint32[] memory values = beginReduce(s, kind, n, element);
        addRead(s, 0, element / 3 * n * 3 + element % 3 + 3 * operation);
        endChain(s, kind, 24, element, operation, values, values);
    }

    /// The same of f32 sums: operation `operation` of lane `lane`.
    function sumCase(uint64 n, uint64 element, uint32 lane, uint64 operation)
        internal
        view
        returns (Scenario memory s)
    {
        uint32[] memory values = beginReduce(s, ChainKind.SumF32, n, element);
        addRead(s, 0, element / 3 * n * 3 + element % 3 + 3 * (lane + 32 * operation));
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

    /// [3, 2] of the indices 1, -4, 2, 0, 7, 1 and updates [6, 2].
    function scatterCase(bool float, uint64 element, uint64 operation)
        internal
        view
        returns (Scenario memory s)
    {
        begin(s, Form.ScatterAdd, float ? DType.F32 : DType.I32);
        s.fields.shape = list(3, 2);
        s.fields.extent = 6;
        bytes memory updates = floats(9, 12);
        addOperand(s, Source.Node, DType.I32, 0, hex"01000000fcffffff02000000000000000700000001000000");
        addOperand(s, Source.Node, float ? DType.F32 : DType.I32, 0, updates);
        uint256[6] memory rows = [uint256(1), 0, 2, 0, 2, 1];

        ChainKind kind = float ? ChainKind.ScatterF32 : ChainKind.ScatterI32;
        s.accs = new uint32[](7);
        for (uint256 p = 0; p < 6; ++p) {
            uint32 update = get(updates, 2 * p + element % 2);
            bool hit = rows[p] == element / 2;
            s.accs[p + 1] = hit ? scalars.accumulate(kind, s.accs[p], update, 0) : s.accs[p];
        }
        addRead(s, 0, operation);
        if (rows[operation] == element / 2) addRead(s, 1, 2 * operation + element % 2);
        finishChain(s, kind, 24, element, operation);
    }

    function beginReduce(Scenario memory s, ChainKind kind, uint64 n, uint64 element)
        private
        pure
        returns (uint32[] memory values)
    {
        bool float = kind == ChainKind.SumF32 || kind == ChainKind.MaximumF32;
        begin(s, Form.Reduce, float ? DType.F32 : DType.I32);
        s.fields.fn = kind == ChainKind.SumF32 || kind == ChainKind.SumI32 ? 0 : 1;
        s.fields.shape = list(2, 3);
        s.fields.axis = 1;
        s.fields.extent = n;
        bytes memory x = floats(8, 6 * n);
        addOperand(s, Source.Node, s.fields.dtype, 0, x);
        values = new uint32[](n);
        for (uint256 p = 0; p < n; ++p) {
            values[p] = get(x, (element / 3 * n + p) * 3 + element % 3);
        }
    }
}
