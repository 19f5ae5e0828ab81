// SPDX-License-Identifier: Apache-2.0
// Random cases of every scalar operation against the C++ program float_oracle (the machine's IEEE arithmetic, and
// MPFR). LYDIAN_FLOAT_CASES sets how many of each operation; LYDIAN_FLOAT_ORACLE where the program is.
pragma solidity 0.8.37;

import {FloatBatch} from "test/differential/FloatBatch.sol";
import {Test} from "test/utils/Test.sol";

contract Float32OracleTest is Test {
    error OracleMissing(string path, string remedy);
    error Mismatch(string operation, uint32 a, uint32 b, uint32 c, uint32 expected, uint32 actual);

    uint256 private constant BATCH = 2000;

    FloatBatch private batch = new FloatBatch();
    string private oracle;

    function setUp() external {
        oracle = vm.envOr("LYDIAN_FLOAT_ORACLE", string("../build/release/tools/float_oracle"));
        require(
            vm.exists(oracle),
            OracleMissing(
                oracle, "cmake --build build/release --target float_oracle, or set LYDIAN_FLOAT_ORACLE"
            )
        );
    }

    function test_every_operation_agrees_with_the_oracle() external {
        uint256 cases = vm.envOr("LYDIAN_FLOAT_CASES", BATCH);
        string[] memory names = batch.allNames();
        for (uint256 i = 0; i < names.length; ++i) {
            for (uint256 done = 0; done < cases; done += BATCH) {
                this.checkBatch(names[i], done + 1);
            }
        }
    }

    /// External, so that each batch's memory is released.
    function checkBatch(string calldata name, uint256 seed) external {
        string[] memory command = new string[](5);
        command[0] = oracle;
        command[1] = "batch";
        command[2] = name;
        command[3] = vm.toString(seed);
        command[4] = vm.toString(BATCH);
        bytes memory cases = vm.ffi(command);
        assertEq(cases.length, 16 * BATCH);
        uint256 code = batch.codeOf(keccak256(bytes(name)));
        uint256 index = batch.firstMismatch(code, cases);
        if (index != BATCH) revertWith(name, code, cases, index);
    }

    function revertWith(string calldata name, uint256 code, bytes memory cases, uint256 index) private view {
        uint128 words;
        assembly ("memory-safe") {
            words := shr(128, mload(add(add(cases, 32), mul(16, index))))
        }
        (uint32 a, uint32 b, uint32 c) = (uint32(words >> 96), uint32(words >> 64), uint32(words >> 32));
        revert Mismatch(name, a, b, c, uint32(words), batch.evaluate(code, a, b, c));
    }
}
