// SPDX-License-Identifier: Apache-2.0
// From a block of an operator's output to one scalar operation: the rows PUBLISH to CHAIN_PICK of the table. An element
// that is computed at once goes straight to JUDGE; one that accumulates is narrowed first, an f32 sum by its lanes, then
// any chain by its partial accumulators.
pragma solidity 0.8.37;

import {ChainKind, Chains} from "src/dispute/Chains.sol";
import {Elements} from "src/dispute/Elements.sol";
import {GameLife} from "src/dispute/GameLife.sol";
import {GameId, IDisputeGame, Phase} from "src/dispute/IDisputeGame.sol";
import {IScalars} from "src/dispute/IScalars.sol";
import {Merkle} from "src/dispute/Merkle.sol";
import {Pieces} from "src/dispute/Pieces.sol";
import {Root} from "src/dispute/Root.sol";
import {Convert32} from "src/float/Convert32.sol";

abstract contract ElementMoves is GameLife {
    /// A published block is proven by chunks, so that naming an element does not bring the block again.
    uint256 private constant CHUNK_SIZE = 512;

    IScalars public immutable scalars;

    constructor(IScalars scalars_) {
        scalars = scalars_;
    }

    // ---- the element

    /// @inheritdoc IDisputeGame
    function publish(GameId gameId, bytes calldata data) external {
        Game storage game = _move(gameId, Phase.Publish);
        uint256 length = Merkle.blockLength(game.byteLength, game.treeIndex);
        if (data.length != length) revert WrongBlockLength(data.length, length);
        Root hash = Root.wrap(sha256(data));
        if (hash != game.cursor) revert NotInTree(hash, game.cursor);
        game.pending = _hashOfChunks(data);
        game.turn.phase = Phase.Element;
        emit BlockPublished(gameId, game.pending);
    }

    /// @inheritdoc IDisputeGame
    function pickElement(
        GameId gameId,
        uint64 elementInBlock,
        bytes32[] calldata chunkHashes,
        bytes calldata chunk
    ) external {
        Game storage game = _move(gameId, Phase.Element);
        _requirePosted(game, keccak256(abi.encodePacked(chunkHashes)));
        uint64 size = uint64(Convert32.size(game.dtype));
        uint64 inBlock = Merkle.blockLength(game.byteLength, game.treeIndex) / size;
        if (elementInBlock >= inBlock) revert ElementOutOfRange(elementInBlock, inBlock);
        uint256 offset = uint256(elementInBlock) * size;
        bytes32 published = chunkHashes[offset / CHUNK_SIZE];
        if (keccak256(chunk) != published) revert NotTheChunk(keccak256(chunk), published);

        game.element = game.treeIndex * (Merkle.BLOCK_SIZE / size) + elementInBlock;
        game.claimed = Elements.read(chunk, offset % CHUNK_SIZE, size);
        emit ElementPicked(gameId, game.element, game.claimed);
        _enterAccumulation(gameId, game);
    }

    // ---- its accumulation

    /// @inheritdoc IDisputeGame
    function postLanes(GameId gameId, uint32[32] calldata lanes) external {
        Game storage game = _move(gameId, Phase.Lanes);
        uint32 sum = scalars.foldLanes(lanes);
        if (sum != game.claimed) revert DoesNotFinish(sum, game.claimed);
        game.pending = keccak256(abi.encodePacked(lanes));
        game.turn.phase = Phase.LanesPick;
        emit LanesPosted(gameId, lanes);
    }

    /// @inheritdoc IDisputeGame
    function pickLane(GameId gameId, uint32 lane, uint32[32] calldata lanes) external {
        Game storage game = _move(gameId, Phase.LanesPick);
        _requirePiece(lane, Chains.LANES);
        _requirePosted(game, keccak256(abi.encodePacked(lanes)));
        game.lane = lane;
        emit LanePicked(gameId, lane);
        uint64 length = Chains.laneLength(game.extent, lane);
        if (length == 0) {
            _decide(gameId, game, lanes[lane] == Chains.initial(game.kind));
        } else {
            _enterChain(game, length);
            game.accHi = lanes[lane];
            game.accHiFixed = true;
        }
    }

    /// @inheritdoc IDisputeGame
    function postPartials(GameId gameId, uint32[] calldata values) external {
        Game storage game = _move(gameId, Phase.Chain);
        _requireCount(values.length, Pieces.count(game.chainLo, game.chainHi));
        uint32 last = values[values.length - 1];
        uint32 finished = game.accHiFixed ? last : scalars.finish(game.kind, last);
        uint32 needed = game.accHiFixed ? game.accHi : game.claimed;
        if (finished != needed) revert DoesNotFinish(finished, needed);
        game.pending = keccak256(abi.encodePacked(values));
        game.turn.phase = Phase.ChainPick;
        emit PartialsPosted(gameId, values);
    }

    /// @inheritdoc IDisputeGame
    function pickPartial(GameId gameId, uint64 piece, uint32[] calldata values) external {
        Game storage game = _move(gameId, Phase.ChainPick);
        (uint64 lo, uint64 hi) = (game.chainLo, game.chainHi);
        _requirePiece(piece, values.length);
        _requirePosted(game, keccak256(abi.encodePacked(values)));
        game.chainLo = Pieces.begin(lo, hi, piece);
        game.chainHi = Pieces.begin(lo, hi, piece + 1);
        if (piece > 0) game.accLo = values[piece - 1];
        game.accHi = values[piece];
        game.accHiFixed = true;
        game.turn.phase = game.chainHi - game.chainLo > 1 ? Phase.Chain : Phase.Judge;
        emit PartialPicked(gameId, piece, game.chainLo, game.chainHi);
    }

    // ---- entering a chain

    function _enterAccumulation(GameId gameId, Game storage game) private {
        if (game.kind == ChainKind.None) {
            game.turn.phase = Phase.Judge;
        } else if (game.extent == 0) {
            uint32 nothing = scalars.finish(game.kind, Chains.initial(game.kind));
            _decide(gameId, game, game.claimed == nothing);
        } else if (game.kind == ChainKind.SumF32) {
            game.turn.phase = Phase.Lanes;
        } else {
            _enterChain(game, game.extent);
        }
    }

    function _enterChain(Game storage game, uint64 length) private {
        game.chainLo = 0;
        game.chainHi = length;
        game.accLo = Chains.initial(game.kind);
        game.turn.phase = Phase.Chain;
    }

    function _hashOfChunks(bytes calldata data) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[]((data.length + CHUNK_SIZE - 1) / CHUNK_SIZE);
        for (uint256 i = 0; i < hashes.length; ++i) {
            uint256 end = (i + 1) * CHUNK_SIZE;
            hashes[i] = keccak256(data[i * CHUNK_SIZE:end < data.length ? end : data.length]);
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
