// SPDX-License-Identifier: Apache-2.0
// The golden file of scalar operators, which the C++ definitions are tested with too: every line, every operation.
pragma solidity 0.8.37;

import {FloatBatch} from "test/differential/FloatBatch.sol";
import {Test} from "test/utils/Test.sol";

contract Float32VectorsTest is Test {
    FloatBatch private batch = new FloatBatch();
    mapping(uint256 code => uint256 count) private covered;

    function test_every_vector_of_the_golden_file() external {
        bytes memory text = bytes(vm.readFile("../vectors/float32.txt"));
        uint256 lines = 0;
        for (uint256 position = 0; position < text.length; ++lines) {
            position = checkLine(text, position, lines + 1);
        }
        assertGt(lines, 8000);
        uint256 operations = batch.allNames().length;
        for (uint256 code = 1; code <= operations; ++code) {
            assertGt(covered[code], 20);
        }
    }

    /// One line: name a b c result, numbers in hex without leading zeros. Returns the start of the next.
    function checkLine(bytes memory text, uint256 position, uint256 line) private returns (uint256) {
        uint256 end = position;
        while (text[end] != " ") ++end;
        bytes32 nameHash;
        assembly ("memory-safe") {
            nameHash := keccak256(add(add(text, 32), position), sub(end, position))
        }
        uint256 code = batch.codeOf(nameHash);
        require(code != 0, "unknown operation in vectors/float32.txt");
        covered[code] += 1;
        uint32[4] memory words;
        for (uint256 i = 0; i < 4; ++i) {
            (words[i], end) = hexNumber(text, end + 1);
        }
        assertEq(
            batch.evaluate(code, words[0], words[1], words[2]),
            words[3],
            string.concat("vectors/float32.txt, line ", vm.toString(line))
        );
        return end + 1;
    }

    function hexNumber(bytes memory text, uint256 position) private pure returns (uint32 value, uint256 end) {
        for (end = position; text[end] != " " && text[end] != "\n"; ++end) {
            uint8 digit = uint8(text[end]);
            value = value * 16 + (digit >= 97 ? digit - 87 : digit - 48);
        }
    }
}
