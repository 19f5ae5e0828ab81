// SPDX-License-Identifier: Apache-2.0
// Which elements are the end of a chain of accumulations, and where a chain begins: docs/protocol.md, "Chains".
pragma solidity 0.8.37;

import {IReferee} from "src/dispute/IReferee.sol";
import {Form, ProgramCodec, Reduction} from "src/dispute/ProgramCodec.sol";
import {DType} from "src/float/Convert32.sol";

enum ChainKind {
    None,
    MatmulF32,
    MatmulI8,
    SumF32,
    SumI32,
    MaximumF32,
    MaximumI32,
    ScatterF32,
    ScatterI32
}

library Chains {
    uint64 internal constant LANES = 32;
    uint32 internal constant MINUS_INFINITY = 0xff800000;
    uint32 internal constant LEAST_I32 = 0x80000000;

    /// Of the elements of a node's output; the dtypes must be those that the form allows.
    function kindOf(bytes32[8] calldata node) internal pure returns (ChainKind) {
        Form form = ProgramCodec.form(node);
        if (form == Form.Matmul) return matmulKind(node);
        if (form == Form.ScatterAdd) {
            return isFloat(ProgramCodec.dtype(node)) ? ChainKind.ScatterF32 : ChainKind.ScatterI32;
        }
        if (form != Form.Reduce) return ChainKind.None;
        Reduction reduction = ProgramCodec.reduction(node);
        if (reduction == Reduction.Argmax) return ChainKind.None;
        bool float = isFloat(ProgramCodec.dtype(node));
        if (reduction == Reduction.Sum) return float ? ChainKind.SumF32 : ChainKind.SumI32;
        return float ? ChainKind.MaximumF32 : ChainKind.MaximumI32;
    }

    function initial(ChainKind kind) internal pure returns (uint32) {
        if (kind == ChainKind.MaximumF32) return MINUS_INFINITY;
        return kind == ChainKind.MaximumI32 ? LEAST_I32 : 0;
    }

    /// Operations of lane l of an f32 sum over n elements: elements l, l + 32, ...
    function laneLength(uint64 n, uint32 lane) internal pure returns (uint64) {
        return lane < n ? (n - lane - 1) / LANES + 1 : 0;
    }

    function matmulKind(bytes32[8] calldata node) private pure returns (ChainKind) {
        DType a = ProgramCodec.operandDtype(node, 0);
        DType b = ProgramCodec.operandDtype(node, 1);
        if (isFloat(ProgramCodec.dtype(node))) {
            if (a != DType.F32 || b != DType.F32) revert IReferee.MalformedNode("matmul dtypes");
            return ChainKind.MatmulF32;
        }
        if (a != DType.I8 || b != DType.I8) revert IReferee.MalformedNode("matmul dtypes");
        return ChainKind.MatmulI8;
    }

    /// f32 rather than i32; nothing else accumulates.
    function isFloat(DType dtype) private pure returns (bool) {
        if (dtype != DType.F32 && dtype != DType.I32) revert IReferee.MalformedNode("accumulator dtype");
        return dtype == DType.F32;
    }
}
