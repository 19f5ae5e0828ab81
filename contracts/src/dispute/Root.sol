// SPDX-License-Identifier: Apache-2.0
// A commitment: the SHA-256 root of a blob or of a list (docs/protocol.md, section 1). The node of a tree is one too.
pragma solidity 0.8.37;

type Root is bytes32;

using {same as ==, differ as !=} for Root global;

function same(Root a, Root b) pure returns (bool) {
    return Root.unwrap(a) == Root.unwrap(b);
}

function differ(Root a, Root b) pure returns (bool) {
    return Root.unwrap(a) != Root.unwrap(b);
}
