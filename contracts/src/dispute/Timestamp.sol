// SPDX-License-Identifier: Apache-2.0
// Points in time, in seconds of the ledger's clock.
pragma solidity 0.8.37;

type Timestamp is uint64;

using {later as >, plus, secondsSince} for Timestamp global;

function currentTime() view returns (Timestamp) {
    return Timestamp.wrap(uint64(block.timestamp));
}

function later(Timestamp a, Timestamp b) pure returns (bool) {
    return Timestamp.unwrap(a) > Timestamp.unwrap(b);
}

function plus(Timestamp start, uint64 duration) pure returns (Timestamp) {
    return Timestamp.wrap(Timestamp.unwrap(start) + duration);
}

/// Requires that `start` is not later.
function secondsSince(Timestamp end, Timestamp start) pure returns (uint64) {
    return Timestamp.unwrap(end) - Timestamp.unwrap(start);
}
