// SPDX-License-Identifier: Apache-2.0
// What the referee refuses to judge: openings that do not show what they must, and nodes that the protocol does not
// allow. A refusal costs the challenger its time and never the responder the game.
pragma solidity 0.8.37;

import {IReferee, Opening, Question, Sources} from "src/dispute/IReferee.sol";
import {Root} from "src/dispute/Root.sol";
import {Convert32, DType} from "src/float/Convert32.sol";
import {Cases} from "test/actors/Cases.sol";
import {NodeWriter} from "test/actors/NodeWriter.sol";
import {Read, Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Tree, Trees} from "test/actors/Trees.sol";
import {list} from "test/utils/Lists.sol";

contract RefereeTest is Cases {
    using Scenarios for Scenario;
    using Trees for Tree;

    function test_holds_for_the_value_and_for_nothing_else() public view {
        Scenario memory s = mapCase(3);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        assertTrue(referee.judge(sources, question, openings));
        question.claimed ^= 1;
        assertFalse(referee.judge(sources, question, openings));
    }

    // ---- openings

    function test_refuses_another_number_of_openings() public {
        refuseCount(mapCase(0), 2, 3);
        refuseCount(viewCase(0), 0, 1);
        refuseCount(concatCase(0), 2, 1);
        refuseCount(gatherCase(0), 1, 2);
        refuseCount(iotaCase(0), 1, 0);
        refuseCount(matmulCase(true, 2, 0, 0), 1, 2);
        refuseCount(sumCase(2, 0, 0, 0), 2, 1);
        refuseCount(argmaxCase(DType.I32, 0, 2, 1, 3, 0), 1, 2);
        refuseCount(scatterCase(true, 2, 0), 1, 2); // its row is hit
        refuseCount(scatterCase(true, 2, 1), 2, 1); // its row is not
        refuseCount(scatterCase(true, 2, 1), 0, 1);
    }

    function test_refuses_another_root_length_block_or_path() public {
        Scenario memory s = longViewCase(20_000);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        assertTrue(referee.judge(sources, question, openings));

        openings[0].length -= 1;
        refuse(sources, question, openings, "length is the node's");
        openings[0].length += 1;
        openings[0].root = Root.wrap("x");
        refuse(sources, question, openings, "root and length are the constant's");
        (,, openings) = ask(s);
        openings[0].linkPath = new bytes32[](2);
        refuse(sources, question, openings, "root and length are the constant's");
        (,, openings) = ask(s);
        openings[0].data[5] ^= 0x01;
        refuse(sources, question, openings, "block is the root's");
        openings[0].data = new bytes(16383);
        refuse(sources, question, openings, "block length");
        (,, openings) = ask(s);
        openings[0].blockPath[1] = "x";
        refuse(sources, question, openings, "block is the root's");
    }

    /// A parent's two children are 64 bytes that hash to it, but a constant's length is committed beside its root.
    function test_refuses_a_parent_as_a_short_blob() public {
        Scenario memory s = longViewCase(0);
        s.fields.offset = 5;
        s.reads[0].position = 5;
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        Tree memory tree = Trees.ofBlob(s.constants[1]);
        openings[0].length = 64;
        openings[0].data = bytes.concat(tree.levels[1][0], tree.levels[1][1]);
        openings[0].blockPath = new bytes32[](0);
        assertEq(sha256(openings[0].data), Root.unwrap(openings[0].root));
        refuse(sources, question, openings, "length is the node's");
        s.fields.operands[0].length = 64;
        question.node = NodeWriter.write(s.fields);
        refuse(sources, question, openings, "root and length are the constant's");
    }

    /// The neighbouring block is a block of the operand too, but not the one that holds the element.
    function test_refuses_another_block_of_the_operand() public {
        Scenario memory s = longViewCase(0);
        (Sources memory sources, Question memory question,) = ask(s);
        Opening[] memory openings = new Opening[](1);
        openings[0] = open(s, s.honestView().trace, Read(0, 16_384));
        vm.expectPartialRevert(IReferee.BadOpening.selector);
        referee.judge(sources, question, openings);
    }

    function test_refuses_another_nodes_output() public {
        Scenario memory s = mapCase(0);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        openings[0].linkPath = s.honestView().trace.path(1);
        refuse(sources, question, openings, "root is the trace's");
    }

    function test_refuses_another_state() public {
        Scenario memory s = viewCase(0);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        sources.state = Root.wrap("x");
        refuse(sources, question, openings, "root is the state's");
    }

    // ---- malformed nodes

    function test_refuses_a_state_in_init_or_of_another_length() public {
        Scenario memory s = viewCase(0);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        sources.hasState = false;
        refuseNode(sources, question, openings, "state");
        sources.hasState = true;
        sources.header[3] = bytes32(s.state.length + 4);
        refuseNode(sources, question, openings, "state length");
    }

    function test_refuses_operands_that_do_not_come_first() public {
        Scenario memory s = mapCase(0);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        question.nodeIndex = 0;
        refuseNode(sources, question, openings, "operands come first");
    }

    function test_refuses_positions_outside_the_operand() public {
        Scenario memory s = viewCase(0);
        s.fields.offset = 7;
        refusePosition(s, 7);
        s = viewCase(4);
        s.fields.offset = 3; // 3 - 2 * 2 is below the first element
        refusePosition(s, type(uint256).max);
        s = viewCase(0);
        s.fields.operands[0].length = 20; // the five elements before the position
        refusePosition(s, 5);
        s = matmulCase(true, 4, 0, 0);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        question.position = 16;
        vm.expectRevert(abi.encodeWithSelector(IReferee.PositionOutOfRange.selector, 0, 16));
        referee.judge(sources, question, openings);
    }

    function test_refuses_shapes_and_types_that_contradict_the_form() public {
        Scenario memory s = matmulCase(true, 2, 0, 0);
        s.fields.operands[1].dtype = DType.I8;
        refuseNode(s, "matmul dtypes");
        s = matmulCase(false, 2, 0, 0);
        s.fields.dtype = DType.U16;
        refuseNode(s, "accumulator dtype");
        s = matmulCase(true, 2, 0, 0);
        s.fields.shape = list(6);
        refuseNode(s, "matmul rank");
        s = sumCase(2, 0, 0, 0);
        s.fields.axis = 3;
        refuseNode(s, "axis");
        s = sumCase(2, 0, 0, 0);
        s.fields.operands[0].dtype = DType.I32;
        refuseNode(s, "operand dtype");
        s = sumCase(2, 0, 0, 0);
        s.fields.fn = 3;
        refuseNode(s, "reduction");
        s = iotaCase(0);
        s.fields.axis = 2;
        refuseNode(s, "axis");
        s = concatCase(7);
        s.fields.extents = [uint64(1), 1, 1];
        refuseNode(s, "concat extents");
        s = gatherCase(0);
        s.fields.extent = 0;
        refuseNode(s, "table of no rows");
        s = gatherCase(0);
        s.fields.operands[1].dtype = DType.F32;
        refuseNode(s, "index dtype");
        s = gatherCase(0);
        s.fields.shape = list(5, 3, 1);
        refuseNode(s, "table rank");
        s = argmaxCase(DType.I32, 0, 2, 1, 3, 0);
        s.fields.operands[0].dtype = DType.U8;
        refuseNode(s, "argmax dtype");
        s = literalCase();
        refuseNode(s, "form");
    }

    /// Copied in another width than its own, an element could differ from every claim: the responder could not win.
    function test_refuses_to_copy_between_types() public {
        Scenario memory s = iotaCase(0);
        s.fields.dtype = DType.U8;
        refuseNode(s, "iota dtype");
        s = concatCase(7);
        s.fields.operands[2].dtype = DType.I8;
        refuseNode(s, "operand dtype");
        s = gatherCase(0);
        s.fields.operands[0].dtype = DType.U16;
        refuseNode(s, "operand dtype");
        s = scatterCase(true, 2, 0);
        s.fields.operands[1].dtype = DType.I32;
        refuseNode(s, "operand dtype");
    }

    function test_refuses_an_argmax_position_outside_the_axis() public {
        Scenario memory s = argmaxCase(DType.I32, 0, 2, 1, 3, 0);
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        question.extra = 5;
        vm.expectRevert(abi.encodeWithSelector(IReferee.PositionOutOfAxis.selector, 5, 5));
        referee.judge(sources, question, openings);
    }

    // ---- helpers

    /// What the game would ask, and an honest challenger answer.
    function ask(Scenario memory s)
        private
        pure
        returns (Sources memory sources, Question memory question, Opening[] memory openings)
    {
        View memory view_ = s.honestView();
        sources.header = s.header();
        sources.traceRoot = view_.trace.root();
        sources.traceCount = Scenarios.NODES;
        sources.state = view_.boundaries[s.transition];
        sources.hasState = true;

        bytes memory output = s.outputs[s.disputedNode()];
        uint256 size = Convert32.size(s.fields.dtype);
        question.node = NodeWriter.write(s.fields);
        question.nodeIndex = s.disputedNode();
        question.element = s.element;
        question.position = s.operation;
        question.lane = s.lane;
        question.extra = s.extra;
        for (uint256 i = size; i > 0; --i) {
            question.claimed = question.claimed << 8 | uint8(output[s.element * size + i - 1]);
        }
        if (s.accs.length > 1) {
            question.before = s.accs[s.operation];
            question.claimed = s.accs[s.operation + 1];
        }
        openings = new Opening[](s.reads.length);
        for (uint256 i = 0; i < openings.length; ++i) {
            openings[i] = open(s, view_.trace, s.reads[i]);
        }
    }

    function refuse(
        Sources memory sources,
        Question memory question,
        Opening[] memory openings,
        string memory rule
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IReferee.BadOpening.selector, 0, rule));
        referee.judge(sources, question, openings);
    }

    function refuseCount(Scenario memory s, uint256 actual, uint256 needed) private {
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        assertTrue(referee.judge(sources, question, openings));
        Opening[] memory others = new Opening[](actual);
        for (uint256 i = 0; i < actual && i < openings.length; ++i) {
            others[i] = openings[i];
        }
        vm.expectRevert(abi.encodeWithSelector(IReferee.WrongOpeningCount.selector, actual, needed));
        referee.judge(sources, question, others);
    }

    function refusePosition(Scenario memory s, uint256 position) private {
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        vm.expectRevert(abi.encodeWithSelector(IReferee.PositionOutOfRange.selector, 0, position));
        referee.judge(sources, question, openings);
    }

    function refuseNode(Scenario memory s, string memory rule) private {
        (Sources memory sources, Question memory question, Opening[] memory openings) = ask(s);
        refuseNode(sources, question, openings, rule);
    }

    function refuseNode(
        Sources memory sources,
        Question memory question,
        Opening[] memory openings,
        string memory rule
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IReferee.MalformedNode.selector, rule));
        referee.judge(sources, question, openings);
    }
}
