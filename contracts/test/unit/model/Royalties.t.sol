// SPDX-License-Identifier: Apache-2.0
// What a model earns and whose it is: pay, transfer, claim.
pragma solidity 0.8.37;

import {IModelRegistry, ModelId} from "src/model/IModelRegistry.sol";
import {ModelWorld} from "test/utils/ModelWorld.sol";

contract RoyaltiesTest is ModelWorld {
    ModelId private modelId;

    function setUp() public override {
        super.setUp();
        modelId = register(somePlan());
    }

    function test_claim_pays_once() public {
        pay(10 ether);
        vm.expectEmit(address(models));
        emit IModelRegistry.Claimed(modelId, writer, 2.5 ether);
        models.claim(modelId, writer);
        assertEq(token.balanceOf(writer), 2.5 ether);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NothingToClaim.selector, modelId, writer));
        models.claim(modelId, writer);
    }

    /// What was earned before the transfer stays with whom it was earned for.
    function test_transferred_share_earns_from_then_on() public {
        pay(10 ether);
        vm.expectEmit(address(models));
        emit IModelRegistry.SharesTransferred(modelId, writer, challenger, 2000);
        vm.prank(writer);
        models.transfer(modelId, challenger, 2000);
        assertEq(models.claimable(modelId, writer), 2.5 ether);
        assertEq(models.claimable(modelId, challenger), 0);
        pay(10 ether);
        assertEq(models.claimable(modelId, writer), 3 ether);
        assertEq(models.claimable(modelId, challenger), 2 ether);
    }

    function test_transfer_to_oneself_changes_nothing() public {
        pay(10 ether);
        vm.prank(writer);
        models.transfer(modelId, writer, 2500);
        assertEq(models.shareOf(modelId, writer), 2500);
        assertEq(models.claimable(modelId, writer), 2.5 ether);
    }

    function test_transfer_refuses_more_than_is_owned_and_nobody() public {
        vm.startPrank(writer);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.InsufficientShare.selector, 2501, 2500));
        models.transfer(modelId, challenger, 2501);
        vm.expectRevert(IModelRegistry.ZeroOwner.selector);
        models.transfer(modelId, address(0), 1);
    }

    function test_pay_refuses_an_unknown_model() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NoSuchModel.selector, 9));
        vm.prank(stranger);
        models.pay(ModelId.wrap(9), 1);
    }

    /// Any payments, transfers and claims in any order: what is held is what is owed and less than a basis point's rest.
    function testFuzz_holds_what_it_owes(uint128[8] memory amounts, uint16[8] memory shares, uint8 order)
        public
    {
        address[4] memory owners = [submitter, solver, writer, challenger];
        for (uint256 i = 0; i < 8; ++i) {
            pay(uint128(bound(amounts[i], 1, 1000 ether)));
            address from = owners[(order + i) % 4];
            address to = owners[(order + 3 * i + 1) % 4];
            uint16 share = uint16(bound(shares[i], 0, models.shareOf(modelId, from)));
            vm.prank(from);
            models.transfer(modelId, to, share);
            if (i % 3 == 0 && models.claimable(modelId, to) != 0) models.claim(modelId, to);
        }
        uint256 owed = 0;
        uint256 points = 0;
        for (uint256 i = 0; i < 4; ++i) {
            owed += models.claimable(modelId, owners[i]);
            points += models.shareOf(modelId, owners[i]);
        }
        assertEq(points, 10_000);
        uint256 held = token.balanceOf(address(models));
        assertTrue(held >= owed && held - owed < 10_000, "held is owed, but for a remainder");
    }

    function pay(uint128 amount) private {
        vm.prank(stranger);
        models.pay(modelId, amount);
    }
}
