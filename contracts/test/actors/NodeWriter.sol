// SPDX-License-Identifier: Apache-2.0
// Writes program words byte by byte from the tables of docs/protocol.md, section 2: the twin of what
// src/dispute/ProgramCodec.sol reads by shifting.
pragma solidity 0.8.37;

import {Form, Source} from "src/dispute/ProgramCodec.sol";
import {DType} from "src/float/Convert32.sol";

struct Operand {
    DType dtype;
    uint8 mask;
    Source source;
    uint32 index;
    uint64 length;
}

struct NodeFields {
    Form form;
    uint8 fn;
    DType dtype;
    uint8 axis;
    uint32[] shape;
    Operand[] operands;
    uint64 extent;
    uint64 offset;
    uint64[3] extents;
    int64[] strides;
    bytes32 literal;
}

library NodeWriter {
    function write(NodeFields memory fields) internal pure returns (bytes32[8] memory words) {
        bytes memory bytes_ = new bytes(256);
        bytes_[0] = bytes1(uint8(fields.form));
        bytes_[1] = bytes1(fields.fn);
        bytes_[2] = bytes1(uint8(fields.dtype));
        bytes_[3] = bytes1(uint8(fields.shape.length));
        bytes_[4] = bytes1(uint8(fields.operands.length));
        bytes_[5] = bytes1(fields.axis);
        for (uint256 i = 0; i < fields.operands.length; ++i) {
            Operand memory operand = fields.operands[i];
            bytes_[6 + i] = bytes1(uint8(operand.dtype));
            bytes_[9 + i] = bytes1(operand.mask);
            put(bytes_, 12 + 4 * i, 4, uint256(operand.source) << 24 | operand.index);
            put(bytes_, 64 + 8 * i, 8, operand.length);
        }
        for (uint256 d = 0; d < fields.shape.length; ++d) {
            put(bytes_, 32 + 4 * d, 4, fields.shape[d]);
        }
        put(bytes_, 88, 8, fields.extent);
        put(bytes_, 96, 8, fields.offset);
        for (uint256 i = 0; i < 3; ++i) {
            put(bytes_, 104 + 8 * i, 8, fields.extents[i]);
        }
        for (uint256 d = 0; d < fields.strides.length; ++d) {
            put(bytes_, 128 + 8 * d, 8, uint64(fields.strides[d]));
        }
        put(bytes_, 192, 32, uint256(fields.literal));
        for (uint256 w = 0; w < 8; ++w) {
            uint256 word = 0;
            for (uint256 b = 0; b < 32; ++b) {
                word = word << 8 | uint8(bytes_[32 * w + b]);
            }
            words[w] = bytes32(word);
        }
    }

    /// Big-endian.
    function put(bytes memory target, uint256 position, uint256 size, uint256 value) private pure {
        for (uint256 i = 0; i < size; ++i) {
            target[position + i] = bytes1(uint8(value >> (8 * (size - 1 - i))));
        }
    }
}
