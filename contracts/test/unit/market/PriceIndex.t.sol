// SPDX-License-Identifier: Apache-2.0
// The index follows what is paid, and moves no further than the fees that were burnt allow.
pragma solidity 0.8.37;

import {IJobMarket, JobId, Terms} from "src/market/IJobMarket.sol";
import {PriceIndex} from "src/market/PriceIndex.sol";
import {World} from "test/utils/World.sol";

contract PriceIndexTest is World {
    uint256 private constant DEPTH = 1000 ether;

    function test_settlement_moves_it_toward_the_price_by_the_fee() public {
        assertEq(market.priceIndex(), 1 ether);
        JobId jobId = runningJob(); // 300 for 2 TFLOP: 150 each, counted as 2
        commit(jobId, 0);
        passWindow();
        vm.expectEmit(address(market));
        emit IJobMarket.PriceIndexMoved(1.0012 ether);
        market.settle(jobId, 0); // a fee of 1.2
        assertEq(market.priceIndex(), 1.0012 ether);
    }

    /// Many fair payments bring it to what they pay.
    function test_converges_to_the_price_paid() public pure {
        uint128 index = 1 ether;
        for (uint256 i = 0; i < 2000; ++i) {
            index = PriceIndex.next(index, 30 ether, 6000, 10 ether);
        }
        assertGt(index, 4.99 ether);
        assertLe(index, 5 ether);
    }

    /// No sequence of invented jobs moves it by more than the factor e^(fees / D); in halves of that exponent, which a
    /// product of factors shows exactly: (1 + f1/D)(1 + f2/D)... up, (1 - f1/2D)(1 - f2/2D)... down.
    function testFuzz_moving_it_burns_fees(uint128[12] memory prices, uint64 work, uint128[12] memory fees)
        public
        pure
    {
        work = uint64(bound(work, 1, type(uint64).max));
        uint256 up = 1e27;
        uint256 down = 1e27;
        uint128 index = 1 ether;
        for (uint256 i = 0; i < prices.length; ++i) {
            uint128 fee = uint128(bound(fees[i], 0, DEPTH / 4));
            index = PriceIndex.next(index, prices[i], work, fee);
            up = up + up * fee / DEPTH + 1;
            down = down - down * fee / (2 * DEPTH) - 1;
        }
        assertLe(index, up / 1e9 + 1);
        // Each step rounds down by at most a unit.
        assertGe(index + prices.length, down / 1e9);
    }

    /// It can neither be driven to nothing, from where no doubling leads back, nor over what fits.
    function test_stays_within_what_it_can_leave_again() public pure {
        uint128 low = 1 ether;
        uint128 high = 1 ether;
        for (uint256 i = 0; i < 200; ++i) {
            low = PriceIndex.next(low, 1, type(uint64).max, type(uint128).max);
            high = PriceIndex.next(high, type(uint128).max, 1, type(uint128).max);
        }
        assertEq(low, 1e9);
        assertEq(high, type(uint128).max / 2);
        assertEq(PriceIndex.next(low, 1 ether, 1, 1000 ether), 2e9);
        assertLt(PriceIndex.next(high, 1, 1, 1000 ether), high);
    }

    /// A job between friends that pays the most and does nothing: what they have burnt is the fee.
    function test_self_dealing_costs_the_fee() public {
        Terms memory terms = someTerms();
        terms.workGflop = 1;
        JobId jobId = postJob(terms);
        elapse(100);
        vm.prank(solver);
        market.accept(jobId, 0);
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        passWindow();
        for (uint64 i = 0; i < 3; ++i) {
            market.settle(jobId, i);
        }
        assertEq(market.claimable(submitter) + market.claimable(solver), 297 ether);
        assertLt(market.priceIndex(), 1.0031 ether); // e^(3/1000)
    }
}
