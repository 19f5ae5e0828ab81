// SPDX-License-Identifier: Apache-2.0
// The parts that scenarios are built of: a node's operands, what an operation reads, values, chains.
pragma solidity 0.8.37;

import {ChainKind, Chains} from "src/dispute/Chains.sol";
import {Form, Source} from "src/dispute/ProgramCodec.sol";
import {DType} from "src/float/Convert32.sol";
import {Operand} from "test/actors/NodeWriter.sol";
import {Players} from "test/actors/Players.sol";
import {Read, Scenario} from "test/actors/Scenario.sol";

abstract contract CaseBuilder is Players {
    uint64 internal constant TRANSITION = 37;
    /// A factor of four for a float, and far from zero: survives every finish and every sum.
    uint32 private constant FLIP = 0x01000000;

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

    /// The judged operation reads this element too.
    function addRead(Scenario memory s, uint256 operand, uint256 position) internal pure {
        Read[] memory longer = new Read[](s.reads.length + 1);
        for (uint256 i = 0; i < s.reads.length; ++i) {
            longer[i] = s.reads[i];
        }
        longer[s.reads.length] = Read(operand, position);
        s.reads = longer;
    }

    /// The output has this value where it is disputed; what it holds elsewhere does not matter.
    function endValue(Scenario memory s, bytes memory output, uint64 element, uint32 value) internal pure {
        put(output, element, elementSize(s), value);
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

    function flipped(uint32[] memory accs, uint64 operation) internal pure returns (uint32[] memory wrong) {
        wrong = new uint32[](accs.length);
        for (uint256 i = 0; i < accs.length; ++i) {
            wrong[i] = i > operation ? accs[i] ^ FLIP : accs[i];
        }
    }

    function every32nd(uint32[] memory values, uint256 lane) internal pure returns (uint32[] memory part) {
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
        bytes32 random;
        for (uint256 i = 0; i < count; ++i) {
            if (i % 32 == 0) random = keccak256(abi.encode(seed, i));
            data[i] = random[i % 32];
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

    function append(bytes[] memory list, bytes memory item) private pure returns (bytes[] memory longer) {
        longer = new bytes[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = item;
    }
}
