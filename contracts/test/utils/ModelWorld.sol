// SPDX-License-Identifier: Apache-2.0
// Jobs that settle and whose terms name a plan.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {JobId, Terms} from "src/market/IJobMarket.sol";
import {ModelId, Plan, Source} from "src/model/IModelRegistry.sol";
import {ModelRegistry} from "src/model/ModelRegistry.sol";
import {World} from "test/utils/World.sol";

abstract contract ModelWorld is World {
    ModelRegistry internal models;
    address internal writer = makeAccount("writer of the text");

    function setUp() public virtual override {
        super.setUp();
        models = new ModelRegistry(token, market);
        fund(stranger);
        address[3] memory payers = [submitter, stranger, challenger];
        for (uint256 i = 0; i < payers.length; ++i) {
            vm.prank(payers[i]);
            token.approve(address(models), type(uint256).max);
        }
    }

    /// 60 % to the submitter, 15 to the solver, 25 to whoever wrote the text.
    function somePlan() internal view returns (Plan memory plan) {
        (plan.submitterShare, plan.solverShare, plan.royalty) = (6000, 1500, 7 ether);
        plan.data = new Source[](1);
        plan.data[0] = Source({root: Root.wrap("text"), owner: writer, share: 2500});
        plan.bases = new ModelId[](0);
    }

    function planOn(ModelId base) internal view returns (Plan memory plan) {
        plan = somePlan();
        plan.bases = new ModelId[](1);
        plan.bases[0] = base;
    }

    function postWith(Plan memory plan) internal returns (JobId jobId) {
        Terms memory terms = someTerms();
        terms.model = keccak256(abi.encode(plan));
        return postJob(terms);
    }

    function settle(JobId jobId) internal {
        vm.prank(solver);
        market.accept(jobId, 0);
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        passWindow();
        for (uint64 i = 0; i < 3; ++i) {
            market.settle(jobId, i);
        }
    }

    function register(Plan memory plan) internal returns (ModelId) {
        JobId jobId = postWith(plan);
        settle(jobId);
        vm.prank(submitter);
        return models.register(jobId, someHeader(), plan);
    }
}
