// SPDX-License-Identifier: Apache-2.0
// The deployment of contracts/README.md: each contract fits, and the ring of addresses is closed or refused.
pragma solidity 0.8.37;

import {IJobMarket} from "src/market/IJobMarket.sol";
import {JobMarket} from "src/market/JobMarket.sol";
import {NodeRegistry} from "src/market/NodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract DeploymentTest is World {
    uint256 private constant CODE_SIZE_MAX = 24_576; // EIP-170

    function test_every_contract_fits() public view {
        assertLe(address(token).code.length, CODE_SIZE_MAX);
        assertLe(address(registry).code.length, CODE_SIZE_MAX);
        assertLe(address(scalars).code.length, CODE_SIZE_MAX);
        assertLe(address(referee).code.length, CODE_SIZE_MAX);
        assertLe(address(games).code.length, CODE_SIZE_MAX);
        assertLe(address(market).code.length, CODE_SIZE_MAX);
    }

    function test_market_refuses_a_treasury_that_cannot_claim() public {
        vm.expectRevert(IJobMarket.ZeroTreasury.selector);
        new JobMarket(token, registry, games, address(0));
    }

    function test_all_know_each_other() public view {
        assertEq(registry.market(), address(market));
        assertEq(address(games.market()), address(market));
        assertEq(address(games.referee()), address(referee));
        assertEq(address(games.scalars()), address(scalars));
        assertEq(address(referee.scalars()), address(scalars));
        assertEq(address(market.registry()), address(registry));
        assertEq(address(market.games()), address(games));
        assertEq(market.treasury(), treasury);
    }

    function test_market_refuses_a_registry_or_game_made_for_another() public {
        bytes memory refusal = abi.encodeWithSelector(
            IJobMarket.DeployedForAnotherMarket.selector, address(registry), address(market)
        );
        vm.expectRevert(refusal);
        new JobMarket(token, registry, games, treasury);
        // Six were deployed and one refused: the fresh registry has nonce 8, the market after it 9.
        address next = createAddress(address(this), 9);
        NodeRegistry fresh = new NodeRegistry(token, next);
        refusal = abi.encodeWithSelector(
            IJobMarket.DeployedForAnotherMarket.selector, address(games), address(market)
        );
        vm.expectRevert(refusal);
        new JobMarket(token, fresh, games, treasury);
    }
}
