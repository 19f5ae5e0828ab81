// SPDX-License-Identifier: Apache-2.0
// What each transaction of a job and of a dispute costs: execution with cold storage, calldata and the fixed part, by the
// rules of EIP-2028 and EIP-7623. Written to snapshots/ by `FOUNDRY_PROFILE=release bin/forge test --match-contract GasTest`;
// the daily profile, whose code is not what gets deployed, plays the same games without writing.
pragma solidity 0.8.37;

import {Answer, AuditId} from "src/court/IAudits.sol";
import {DemandId} from "src/court/IDemands.sol";
import {GameId, IDisputeGame, Outcome} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {JobId} from "src/market/IJobMarket.sol";
import {Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Tree, Trees} from "test/actors/Trees.sol";
import {AuditWorld} from "test/utils/AuditWorld.sol";

interface Cooling {
    /// Foundry: storage and account are cold again.
    function cool(address target) external;
}

contract GasTest is AuditWorld {
    using Scenarios for Scenario;

    string private group;
    /// The dearest of the moves of one name: a game has several rounds.
    mapping(string group => mapping(string name => uint256)) private dearest;
    uint256 private total;

    /// A matmul whose operands are three blocks of 16 KiB each.
    function test_dispute_of_a_matmul() public {
        group = "DisputeMatmul";
        playAndRecord(matmulCase(true, 2000, 4, 777));
    }

    /// A sum: lanes.
    function test_dispute_of_a_sum() public {
        group = "DisputeSum";
        playAndRecord(sumCase(1100, 4, 11, 34));
    }

    /// A view whose operand and output are four blocks of 16 KiB each.
    function test_dispute_of_a_view() public {
        group = "DisputeView";
        playAndRecord(longViewCase(20_000));
    }

    function test_job() public {
        group = "Job";
        fund(stranger);
        bytes memory possession = abi.encode(keccak256("r"), keccak256("s"));
        bytes memory data =
            abi.encodeCall(registry.register, (keccak256("key"), possession, "127.0.0.1:6881", 1 << 34, 100));
        record(stranger, address(registry), data, "register");
        record(stranger, address(registry), abi.encodeCall(registry.deposit, (STAKE)), "deposit");
        Root blob = Root.wrap(keccak256("blob"));
        data = abi.encodeCall(market.post, (someHeader(), blob, 12_345, someTerms()));
        record(submitter, address(market), data, "post");

        JobId jobId = JobId.wrap(1);
        record(stranger, address(market), abi.encodeCall(market.accept, (jobId, 0)), "accept");
        for (uint64 i = 0; i < 3; ++i) {
            data = abi.encodeCall(market.commitCheckpoint, (jobId, i, someRoot(i)));
            record(stranger, address(market), data, "commitCheckpoint");
        }
        record(challenger, address(market), abi.encodeCall(market.challenge, (jobId, 2)), "challenge");
        elapse(30 days);
        record(stranger, address(market), abi.encodeCall(market.settle, (jobId, 0)), "settle");
        data = abi.encodeCall(games.timeout, (GameId.wrap(1)));
        record(stranger, address(games), data, "timeout, solver slashed");
        record(stranger, address(market), abi.encodeCall(market.accept, (jobId, 0)), "accept");
        data = abi.encodeCall(market.commitCheckpoint, (jobId, 2, someRoot(2)));
        record(stranger, address(market), data, "commitCheckpoint");
        passWindow();
        record(stranger, address(market), abi.encodeCall(market.settle, (jobId, 2)), "settle, the last");
        record(stranger, address(market), abi.encodeCall(market.claim, (stranger)), "claim");
    }

    function test_audit() public {
        group = "Audit";
        record(solver, address(audits), abi.encodeCall(audits.enlist, (100 ether)), "01 enlist");
        Scenario memory s = mapCase(0);
        View memory wrong = s.wrongView(elementSize(s));
        commitAll(s, wrong);
        uint256 state = vm.snapshotState();
        draw("02 draw");
        answers(answerOf(s, wrong, s.transition), wrong, s);
        bytes memory data = abi.encodeCall(
            audits.reveal,
            (AuditId.wrap(1), answerOf(s, wrong, s.transition), SALT, answerOf(s, wrong, s.transition))
        );
        record(challenger, address(audits), data, "05 reveal, agreed");
        vm.revertToState(state);
        draw("02 draw");
        answers(answerOf(s, s.honestView(), s.transition), wrong, s);
        data = abi.encodeCall(
            audits.reveal,
            (
                AuditId.wrap(1),
                answerOf(s, s.honestView(), s.transition),
                SALT,
                answerOf(s, wrong, s.transition)
            )
        );
        record(challenger, address(audits), data, "06 reveal, disagreed");
        vm.revertToState(state);
        draw("02 draw");
        elapse(1000);
        record(stranger, address(audits), abi.encodeCall(audits.expire, (AuditId.wrap(1))), "07 expire");
    }

    function draw(string memory name) private {
        bytes memory data = abi.encodeCall(audits.draw, (audited, 0, challenger));
        record(stranger, address(audits), data, name);
    }

    function answers(Answer memory own, View memory solvers, Scenario memory s) private {
        bytes memory data = abi.encodeCall(audits.seal, (AuditId.wrap(1), sealOf(own, challenger)));
        record(challenger, address(audits), data, "03 seal");
        data = abi.encodeCall(audits.answer, (AuditId.wrap(1), answerOf(s, solvers, s.transition)));
        record(solver, address(audits), data, "04 answer");
    }

    /// A block of 16 KiB of a checkpoint of a gigabyte: random bytes and a path of 16.
    function test_demand() public {
        group = "Demand";
        bytes memory data = new bytes(16_384);
        for (uint256 i = 0; i < data.length; ++i) {
            data[i] = bytes1(uint8(uint256(keccak256(abi.encode(i))) | 1));
        }
        bytes32[] memory path = new bytes32[](16);
        bytes32 root = sha256(data);
        for (uint256 i = 0; i < path.length; ++i) {
            path[i] = keccak256(abi.encode(i));
            root = sha256(abi.encodePacked(root, path[i]));
        }
        bytes32[12] memory header = someHeader();
        (header[3], header[4]) = (bytes32(uint256(1 << 30)), bytes32(uint256(1 << 30)));
        vm.prank(submitter);
        JobId jobId = market.post(header, Root.wrap("blob"), 1, someTerms());
        vm.startPrank(solver);
        market.accept(jobId, 0);
        market.commitCheckpoint(jobId, 0, Root.wrap(root));
        vm.stopPrank();
        bytes memory demand = abi.encodeCall(demands.demand, (jobId, 0, 0, header));
        record(challenger, address(demands), demand, "1 demand");
        demand = abi.encodeCall(demands.answer, (DemandId.wrap(1), data, path));
        record(solver, address(demands), demand, "2 answer, 16 KiB");
        demand = abi.encodeCall(demands.demand, (jobId, 0, 1, header));
        record(challenger, address(demands), demand, "1 demand");
        elapse(1000);
        demand = abi.encodeCall(demands.expire, (DemandId.wrap(2)));
        record(stranger, address(demands), demand, "3 expire, solver slashed");
    }

    // ---- recording

    /// A wrong responder and an honest challenger: the dearest of each move, and all moves together.
    function playAndRecord(Scenario memory s) private {
        assertOutcome(s, s.wrongView(elementSize(s)), Outcome.ChallengerWon);
        if (isRelease()) {
            vm.snapshotValue(group, "moves", moves);
            vm.snapshotValue(group, "total", total);
        }
    }

    function sendMove(GameId, address mover, bytes memory data) internal override {
        record(mover, address(games), data, nameOf(bytes4(data)));
    }

    function record(address sender, address target, bytes memory data, string memory name) private {
        Cooling(address(vm)).cool(address(games));
        Cooling(address(vm)).cool(address(market));
        Cooling(address(vm)).cool(address(registry));
        Cooling(address(vm)).cool(address(audits));
        Cooling(address(vm)).cool(address(demands));
        Cooling(address(vm)).cool(address(parameters));
        Cooling(address(vm)).cool(address(rules));
        Cooling(address(vm)).cool(address(token));
        vm.prank(sender);
        uint256 before = gasleft();
        (bool done, bytes memory reason) = target.call(data);
        uint256 execution = before - gasleft();
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        uint256 gas = transactionGas(execution, data);
        assertLt(gas, 16_700_000); // EIP-7825
        total += gas;
        if (gas > dearest[group][name]) dearest[group][name] = gas;
        if (isRelease()) vm.snapshotValue(group, name, dearest[group][name]);
    }

    function transactionGas(uint256 execution, bytes memory data) private pure returns (uint256) {
        uint256 tokens = 0;
        for (uint256 i = 0; i < data.length; ++i) {
            tokens += data[i] == 0 ? 1 : 4;
        }
        uint256 standard = 4 * tokens + execution;
        uint256 floor = 10 * tokens;
        return 21_000 + (standard > floor ? standard : floor);
    }

    function isRelease() private view returns (bool) {
        return keccak256(bytes(vm.envOr("FOUNDRY_PROFILE", string("")))) == keccak256("release");
    }

    function nameOf(bytes4 selector) private pure returns (string memory) {
        if (selector == IDisputeGame.postSteps.selector) return "01 postSteps";
        if (selector == IDisputeGame.pickStep.selector) return "02 pickStep";
        if (selector == IDisputeGame.postTrace.selector) return "03 postTrace";
        if (selector == IDisputeGame.descend.selector) return "04 descend";
        if (selector == IDisputeGame.pickChild.selector) return "05 pickChild";
        if (selector == IDisputeGame.openNode.selector) return "06 openNode";
        if (selector == IDisputeGame.publish.selector) return "07 publish";
        if (selector == IDisputeGame.pickElement.selector) return "08 pickElement";
        if (selector == IDisputeGame.postLanes.selector) return "09 postLanes";
        if (selector == IDisputeGame.pickLane.selector) return "10 pickLane";
        if (selector == IDisputeGame.postPartials.selector) return "11 postPartials";
        if (selector == IDisputeGame.pickPartial.selector) return "12 pickPartial";
        assertEq(bytes32(selector), bytes32(IDisputeGame.judge.selector));
        return "13 judge";
    }
}
