// SPDX-License-Identifier: Apache-2.0
// The deployment of contracts/README.md: each contract fits, and the ring of addresses is closed or refused.
pragma solidity 0.8.37;

import {Audits} from "src/court/Audits.sol";
import {Demands} from "src/court/Demands.sol";
import {DisputeGame} from "src/dispute/DisputeGame.sol";
import {IJobMarket, Ring} from "src/market/IJobMarket.sol";
import {JobMarket} from "src/market/JobMarket.sol";
import {NodeRegistry} from "src/market/NodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract DeploymentTest is World {
    uint256 private constant CODE_SIZE_MAX = 24_576; // EIP-170

    function test_every_contract_fits() public view {
        assertLe(address(token).code.length, CODE_SIZE_MAX);
        assertLe(address(registry).code.length, CODE_SIZE_MAX);
        assertLe(address(rules).code.length, CODE_SIZE_MAX);
        assertLe(address(governor).code.length, CODE_SIZE_MAX);
        assertLe(address(timelock).code.length, CODE_SIZE_MAX);
        assertLe(address(scalars).code.length, CODE_SIZE_MAX);
        assertLe(address(referee).code.length, CODE_SIZE_MAX);
        assertLe(address(games).code.length, CODE_SIZE_MAX);
        assertLe(address(audits).code.length, CODE_SIZE_MAX);
        assertLe(address(demands).code.length, CODE_SIZE_MAX);
        assertLe(address(market).code.length, CODE_SIZE_MAX);
    }

    function test_market_refuses_a_treasury_that_cannot_claim() public {
        Ring memory other = ring();
        other.treasury = address(0);
        vm.expectRevert(IJobMarket.ZeroTreasury.selector);
        new JobMarket(other);
    }

    function test_all_know_each_other() public view {
        assertEq(registry.market(), address(market));
        assertEq(address(games.market()), address(market));
        assertEq(audits.market(), address(market));
        assertEq(demands.market(), address(market));
        assertEq(registry.audits(), address(audits));
        assertEq(address(games.referee()), address(referee));
        assertEq(address(games.scalars()), address(scalars));
        assertEq(address(referee.scalars()), address(scalars));
        assertEq(address(market.registry()), address(registry));
        assertEq(address(market.games()), address(games));
        assertEq(market.treasury(), address(treasury));
        assertEq(address(market.parameters()), address(parameters));
        assertEq(address(registry.parameters()), address(parameters));
    }

    /// One after the other is made for the market that is deployed here, until all are.
    function test_market_refuses_parts_made_for_another() public {
        Ring memory other = ring();
        refuse(other, address(registry));
        other.registry = new NodeRegistry(token, parameters, nextContract(1), address(0));
        refuse(other, address(games));
        // A refused market takes an address too: four parts and one refusal come before it.
        IJobMarket next = IJobMarket(nextContract(5));
        other.registry = new NodeRegistry(token, parameters, address(next), address(0));
        other.games = new DisputeGame(next, referee, scalars);
        other.audits = address(new Audits(token, registry, next, address(treasury)));
        other.demands = address(new Demands(token, next));
        other.treasury = address(0);
        vm.expectRevert(IJobMarket.ZeroTreasury.selector);
        new JobMarket(other);
        other.treasury = address(treasury);
        JobMarket made = new JobMarket(other);
        assertEq(address(made), address(next));
    }

    function test_market_refuses_courts_made_for_another() public {
        Ring memory other = ring();
        IJobMarket next = IJobMarket(nextContract(2));
        other.registry = new NodeRegistry(token, parameters, address(next), address(0));
        other.games = new DisputeGame(next, referee, scalars);
        refuse(other, address(audits));
        next = IJobMarket(nextContract(3));
        other.registry = new NodeRegistry(token, parameters, address(next), address(0));
        other.games = new DisputeGame(next, referee, scalars);
        other.audits = address(new Audits(token, registry, next, address(treasury)));
        refuse(other, address(demands));
    }

    function refuse(Ring memory other, address part) private {
        vm.expectRevert(
            abi.encodeWithSelector(IJobMarket.DeployedForAnotherMarket.selector, part, address(market))
        );
        new JobMarket(other);
    }
}
