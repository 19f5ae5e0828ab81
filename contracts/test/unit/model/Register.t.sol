// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {JobId} from "src/market/IJobMarket.sol";
import {IModelRegistry, Model, ModelId, Plan} from "src/model/IModelRegistry.sol";
import {ModelWorld} from "test/utils/ModelWorld.sol";

contract RegisterModelTest is ModelWorld {
    function test_keeps_what_the_model_was_made_from() public {
        ModelId modelId = register(somePlan());
        Model memory model = models.model(modelId);
        assertEq(Root.unwrap(model.root), Root.unwrap(someRoot(2)));
        assertEq(model.length, 50);
        assertEq(Root.unwrap(model.programRoot), sha256(abi.encodePacked(someHeader())));
        assertEq(model.submitter, submitter);
        assertEq(model.solver, solver);
        assertEq(model.plan, keccak256(abi.encode(somePlan())));
        assertEq(ModelId.unwrap(models.modelOf(model.jobId)), ModelId.unwrap(modelId));
        assertEq(models.shareOf(modelId, submitter), 6000);
        assertEq(models.shareOf(modelId, solver), 1500);
        assertEq(models.shareOf(modelId, writer), 2500);
    }

    function test_pays_the_royalties_of_its_bases() public {
        ModelId base = register(somePlan());
        uint256 before = token.balanceOf(submitter);
        JobId jobId = postWith(planOn(base));
        settle(jobId);
        vm.expectEmit(address(models));
        emit IModelRegistry.RoyaltyPaid(base, submitter, 7 ether);
        vm.prank(submitter);
        models.register(jobId, someHeader(), planOn(base));
        assertEq(before - token.balanceOf(submitter), 307 ether);
        assertEq(models.claimable(base, submitter), 4.2 ether);
        assertEq(models.claimable(base, solver), 1.05 ether);
        assertEq(models.claimable(base, writer), 1.75 ether);
    }

    function test_refuses_a_job_that_is_not_settled() public {
        JobId jobId = postWith(somePlan());
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotSettled.selector, jobId));
        models.register(jobId, someHeader(), somePlan());
    }

    function test_refuses_another_plan_than_the_job_named() public {
        JobId jobId = postWith(somePlan());
        settle(jobId);
        Plan memory other = somePlan();
        (other.submitterShare, other.solverShare) = (7500, 0);
        vm.expectPartialRevert(IModelRegistry.NotThePlan.selector);
        models.register(jobId, someHeader(), other);
    }

    function test_refuses_a_job_that_named_none() public {
        JobId jobId = postJob();
        settle(jobId);
        vm.expectPartialRevert(IModelRegistry.NotThePlan.selector);
        models.register(jobId, someHeader(), somePlan());
    }

    function test_refuses_another_program() public {
        JobId jobId = postWith(somePlan());
        settle(jobId);
        bytes32[12] memory other = someHeader();
        other[4] = bytes32(uint256(51));
        vm.expectPartialRevert(IModelRegistry.NotTheProgram.selector);
        models.register(jobId, other, somePlan());
    }

    function test_refuses_a_second_time() public {
        JobId jobId = models.model(register(somePlan())).jobId;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.RegisteredBefore.selector, jobId, 1));
        models.register(jobId, someHeader(), somePlan());
    }

    function test_refuses_shares_that_are_no_whole() public {
        Plan memory plan = somePlan();
        plan.solverShare = 1501;
        refuse(plan, abi.encodeWithSelector(IModelRegistry.NotWhole.selector, 10_001));
        plan.solverShare = 1499;
        refuse(plan, abi.encodeWithSelector(IModelRegistry.NotWhole.selector, 9999));
    }

    function test_refuses_a_share_of_nobody() public {
        Plan memory plan = somePlan();
        plan.data[0].owner = address(0);
        refuse(plan, abi.encodeWithSelector(IModelRegistry.ZeroOwner.selector));
    }

    /// Nor itself, which does not exist before it is registered.
    function test_refuses_an_unknown_base() public {
        JobId jobId = postWith(planOn(ModelId.wrap(9)));
        settle(jobId);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NoSuchModel.selector, 9));
        models.register(jobId, someHeader(), planOn(ModelId.wrap(9)));
    }

    function refuse(Plan memory plan, bytes memory refusal) private {
        JobId jobId = postWith(plan);
        settle(jobId);
        vm.expectRevert(refusal);
        models.register(jobId, someHeader(), plan);
    }
}
