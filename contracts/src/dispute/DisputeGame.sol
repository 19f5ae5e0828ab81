// SPDX-License-Identifier: Apache-2.0
// The table of docs/protocol.md, section 5, one function a row, in its order. It holds no tokens and calls nothing but
// the referee and the scalars (stateless) before, and the market after, it has written its state. What a move posts is
// kept as one hash: the pick that follows brings it again.
pragma solidity 0.8.37;

import {ChainKind, Chains} from "src/dispute/Chains.sol";
import {Elements} from "src/dispute/Elements.sol";
import {
    Claim,
    GameId,
    GameState,
    IDisputeGame,
    IVerdicts,
    Outcome,
    Phase
} from "src/dispute/IDisputeGame.sol";
import {IReferee, Opening, Question, Sources} from "src/dispute/IReferee.sol";
import {IScalars} from "src/dispute/IScalars.sol";
import {Merkle} from "src/dispute/Merkle.sol";
import {Pieces} from "src/dispute/Pieces.sol";
import {Form, Graph, ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";
import {Turn, Turns} from "src/dispute/Turn.sol";
import {Convert32, DType} from "src/float/Convert32.sol";

contract DisputeGame is IDisputeGame {
    using Turns for Turn;

    /// Levels of a tree that one move descends: 2^5 children.
    uint8 private constant LEVELS_MAX = 5;
    /// Lines of a published block are proven by chunks, so that naming an element does not bring the block again.
    uint256 private constant CHUNK_SIZE = 512;
    /// Reference steps of grace for a move that re-executes at most a step or so.
    uint64 private constant GRACE_STEPS = 8;

    /// One game. Fields that change together share a slot.
    struct Game {
        Turn turn;
        Claim claim; // rootLo, rootHi, lo, hi narrow during STEPS
        Root traceRoot;
        Root nodeHash;
        bytes32 pending;
        Root cursor;
        // the tree: of the trace, then of the node's output
        uint64 treeIndex;
        uint64 leafCount;
        uint64 nodeIndex;
        uint8 height;
        bool inOutput;
        // the node's output
        DType dtype;
        ChainKind kind;
        uint64 byteLength;
        uint64 extent;
        // the element and its chain
        uint64 element;
        uint32 claimed;
        uint32 lane;
        uint64 chainLo;
        uint64 chainHi;
        uint32 accLo;
        uint32 accHi;
        bool accHiFixed;
    }

    /// @inheritdoc IDisputeGame
    IVerdicts public immutable market;
    IReferee public immutable referee;
    IScalars public immutable scalars;

    mapping(GameId => Game) private _games;

    /// @param market_ the JobMarket, deployed later
    constructor(IVerdicts market_, IReferee referee_, IScalars scalars_) {
        market = market_;
        referee = referee_;
        scalars = scalars_;
    }

    modifier onlyMarket() {
        if (msg.sender != address(market)) revert NotTheMarket(msg.sender);
        _;
    }

    // ---- the market's

    /// @inheritdoc IDisputeGame
    function open(GameId gameId, Claim calldata claim) external onlyMarket {
        Game storage game = _games[gameId];
        if (_exists(game)) revert GameExists(gameId);
        if (claim.lo >= claim.hi) revert EmptyInterval(claim.lo, claim.hi);
        game.claim = claim;
        game.turn = Turns.begin(_stepsOrTrace(claim.lo, claim.hi), claim.moveBudget);
        emit GameOpened(gameId, claim.responder, claim.challenger, claim);
    }

    /// @inheritdoc IDisputeGame
    function cancel(GameId gameId) external onlyMarket {
        Game storage game = _unfinished(gameId);
        game.turn.phase = Phase.Over;
        game.turn.outcome = Outcome.Cancelled;
        emit GameOver(gameId, Outcome.Cancelled);
    }

    // ---- steps

    /// @inheritdoc IDisputeGame
    function postSteps(GameId gameId, Root[] calldata roots) external {
        Game storage game = _move(gameId, Phase.Steps);
        _requireCount(roots.length, Pieces.count(game.claim.lo, game.claim.hi) - 1);
        game.pending = keccak256(abi.encodePacked(roots));
        game.turn.phase = Phase.StepsPick;
        emit StepsPosted(gameId, roots);
    }

    /// @inheritdoc IDisputeGame
    function pickStep(GameId gameId, uint64 piece, Root[] calldata roots) external {
        Game storage game = _move(gameId, Phase.StepsPick);
        Claim storage claim = game.claim;
        (uint64 lo, uint64 hi) = (claim.lo, claim.hi);
        _requirePiece(piece, Pieces.count(lo, hi));
        _requirePosted(game, keccak256(abi.encodePacked(roots)));
        claim.lo = Pieces.begin(lo, hi, piece);
        claim.hi = Pieces.begin(lo, hi, piece + 1);
        // roots[i] is the root of the boundary where piece i ends.
        if (piece > 0) claim.rootLo = roots[piece - 1];
        if (piece < roots.length) claim.rootHi = roots[piece];
        game.turn.phase = _stepsOrTrace(claim.lo, claim.hi);
        emit StepPicked(gameId, piece, claim.lo, claim.hi);
    }

    // ---- operators, and blocks of an operator's output

    /// @inheritdoc IDisputeGame
    function postTrace(GameId gameId, Root traceRoot, bytes32[12] calldata header, bytes32[] calldata path)
        external
    {
        Game storage game = _move(gameId, Phase.Trace);
        _requireProgram(game, header);
        uint64 count = ProgramCodec.nodeCount(header, _graph(game));
        _requireLeaf(traceRoot, count, Root.unwrap(game.claim.rootHi), count - 1, path);
        game.traceRoot = traceRoot;
        game.inOutput = false;
        emit TracePosted(gameId, traceRoot);
        _enterTree(game, traceRoot, count);
    }

    /// @inheritdoc IDisputeGame
    function descend(GameId gameId, Root[] calldata children) external {
        Game storage game = _move(gameId, Phase.Tree);
        _requireCount(children.length, uint256(1) << _levels(game.height));
        Root computed = Merkle.fold(children);
        if (computed != game.cursor) revert NotInTree(computed, game.cursor);
        game.pending = keccak256(abi.encodePacked(children));
        game.turn.phase = Phase.TreePick;
        emit Descended(gameId, children);
    }

    /// @inheritdoc IDisputeGame
    function pickChild(GameId gameId, uint64 child, Root[] calldata children) external {
        Game storage game = _move(gameId, Phase.TreePick);
        _requirePiece(child, children.length);
        _requirePosted(game, keccak256(abi.encodePacked(children)));
        uint8 levels = _levels(game.height);
        uint8 height = game.height - levels;
        uint64 index = (game.treeIndex << levels) + child;
        game.cursor = children[child];
        game.height = height;
        game.treeIndex = index;
        emit ChildPicked(gameId, child);
        if (uint256(index) << height >= game.leafCount) {
            _decide(gameId, game, children[child] == Merkle.zero(height)); // padding
        } else {
            game.turn.phase = height > 0 ? Phase.Tree : _atLeaf(game);
        }
    }

    /// @inheritdoc IDisputeGame
    function openNode(
        GameId gameId,
        bytes32[12] calldata header,
        bytes32[8] calldata node,
        bytes32[] calldata path
    ) external {
        Game storage game = _move(gameId, Phase.Node);
        _requireProgram(game, header);
        Graph graph = _graph(game);
        Root hash = ProgramCodec.nodeHash(node);
        uint64 index = game.treeIndex;
        _requireLeaf(
            ProgramCodec.graphRoot(header, graph),
            ProgramCodec.nodeCount(header, graph),
            Root.unwrap(hash),
            index,
            path
        );
        game.nodeIndex = index;
        game.nodeHash = hash;
        emit NodeOpened(gameId, index, hash);
        if (ProgramCodec.form(node) == Form.Literal) {
            _decide(gameId, game, ProgramCodec.literalRoot(node) == game.cursor);
        } else {
            _enterOutput(game, node);
        }
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

    // ---- the verdict

    /// @inheritdoc IDisputeGame
    function judge(
        GameId gameId,
        bytes32[12] calldata header,
        bytes32[8] calldata node,
        uint64 extra,
        Opening[] calldata openings
    ) external {
        Game storage game = _move(gameId, Phase.Judge);
        _requireProgram(game, header);
        Root hash = ProgramCodec.nodeHash(node);
        if (hash != game.nodeHash) revert NotInTree(hash, game.nodeHash);
        bool holds = referee.judge(_sources(game, header), _question(game, node, extra), openings);
        emit Judged(gameId, holds);
        _decide(gameId, game, holds);
    }

    /// @inheritdoc IDisputeGame
    function timeout(GameId gameId) external {
        Game storage game = _unfinished(gameId);
        Timestamp deadline = game.turn.deadline(_grace(game));
        if (!(currentTime() > deadline)) revert TimeIsNotUp(gameId, deadline);
        emit TimedOut(gameId, _mover(game));
        _decide(gameId, game, !Turns.isResponders(game.turn.phase));
    }

    // ---- views

    /// @inheritdoc IDisputeGame
    function gameState(GameId gameId) external view returns (GameState memory state) {
        Game storage game = _existing(gameId);
        state.phase = game.turn.phase;
        state.outcome = game.turn.outcome;
        state.rootLo = game.claim.rootLo;
        state.rootHi = game.claim.rootHi;
        state.lo = game.claim.lo;
        state.hi = game.claim.hi;
        state.traceRoot = game.traceRoot;
        state.cursor = game.cursor;
        state.height = game.height;
        state.treeIndex = game.treeIndex;
        state.leafCount = game.leafCount;
        state.inOutput = game.inOutput;
        state.nodeIndex = game.nodeIndex;
        state.nodeHash = game.nodeHash;
        state.element = game.element;
        state.claimed = game.claimed;
        state.lane = game.lane;
        state.chainLo = game.chainLo;
        state.chainHi = game.chainHi;
        state.accLo = game.accLo;
        state.accHi = game.accHi;
        state.accHiFixed = game.accHiFixed;
        state.pending = game.pending;
        state.responderBudget = game.turn.responderBudget;
        state.challengerBudget = game.turn.challengerBudget;
        state.deadline = game.turn.deadline(_grace(game));
    }

    /// @inheritdoc IDisputeGame
    function claimOf(GameId gameId) external view returns (Claim memory claim) {
        return _existing(gameId).claim;
    }

    /// @inheritdoc IDisputeGame
    function mover(GameId gameId) external view returns (address account) {
        Game storage game = _existing(gameId);
        return game.turn.phase == Phase.Over ? address(0) : _mover(game);
    }

    // ---- turns

    function _exists(Game storage game) private view returns (bool) {
        return Timestamp.unwrap(game.turn.start) != 0;
    }

    function _existing(GameId gameId) private view returns (Game storage game) {
        game = _games[gameId];
        if (!_exists(game)) revert NoSuchGame(gameId);
    }

    function _unfinished(GameId gameId) private view returns (Game storage game) {
        game = _existing(gameId);
        if (game.turn.phase == Phase.Over) revert GameIsOver(gameId, game.turn.outcome);
    }

    /// The guard of every move: the phase, the mover and the clock. Takes the move's time.
    function _move(GameId gameId, Phase needed) private returns (Game storage game) {
        game = _unfinished(gameId);
        if (game.turn.phase != needed) revert WrongPhase(gameId, game.turn.phase, needed);
        if (msg.sender != _mover(game)) revert NotYourMove(gameId, msg.sender, _mover(game));
        uint64 grace = _grace(game);
        Timestamp deadline = game.turn.deadline(grace);
        if (currentTime() > deadline) revert TimeIsUp(gameId, deadline);
        game.turn.press(grace);
    }

    function _mover(Game storage game) private view returns (address) {
        return Turns.isResponders(game.turn.phase) ? game.claim.responder : game.claim.challenger;
    }

    /// In seconds, rounded up: time to re-execute what the move is about.
    function _grace(Game storage game) private view returns (uint64) {
        Phase phase = game.turn.phase;
        bool wholeInterval = phase == Phase.Steps || phase == Phase.StepsPick;
        uint256 referenceSteps = wholeInterval ? game.claim.hi - game.claim.lo : GRACE_STEPS;
        return uint64((referenceSteps * game.claim.stepMillis + 999) / 1000);
    }

    function _decide(GameId gameId, Game storage game, bool responderWon) private {
        game.turn.phase = Phase.Over;
        game.turn.outcome = responderWon ? Outcome.ResponderWon : Outcome.ChallengerWon;
        emit GameOver(gameId, game.turn.outcome);
        market.verdict(gameId, responderWon);
    }

    // ---- entering a phase

    function _stepsOrTrace(uint64 lo, uint64 hi) private pure returns (Phase) {
        return hi - lo > 1 ? Phase.Steps : Phase.Trace;
    }

    function _enterTree(Game storage game, Root root, uint64 leafCount) private {
        game.cursor = root;
        game.height = Merkle.depth(leafCount);
        game.treeIndex = 0;
        game.leafCount = leafCount;
        game.turn.phase = game.height > 0 ? Phase.Tree : _atLeaf(game);
    }

    function _atLeaf(Game storage game) private view returns (Phase) {
        return game.inOutput ? Phase.Publish : Phase.Node;
    }

    /// The cursor stays what it is: the root of the node's output.
    function _enterOutput(Game storage game, bytes32[8] calldata node) private {
        game.dtype = ProgramCodec.dtype(node);
        game.kind = Chains.kindOf(node);
        game.byteLength = ProgramCodec.byteLength(node);
        game.extent = ProgramCodec.extent(node);
        game.inOutput = true;
        _enterTree(game, game.cursor, Merkle.blockCount(game.byteLength));
    }

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

    // ---- what a move must satisfy

    function _requireCount(uint256 actual, uint256 needed) private pure {
        if (actual != needed) revert WrongCount(actual, needed);
    }

    function _requirePiece(uint256 piece, uint256 pieces) private pure {
        if (piece >= pieces) revert PieceOutOfRange(piece, pieces);
    }

    function _requirePosted(Game storage game, bytes32 hash) private view {
        if (hash != game.pending) revert NotAsPosted(hash, game.pending);
    }

    function _requireProgram(Game storage game, bytes32[12] calldata header) private view {
        Root root = ProgramCodec.programRoot(header);
        if (root != game.claim.programRoot) revert NotTheProgram(root, game.claim.programRoot);
    }

    function _requireLeaf(Root root, uint64 count, bytes32 leaf, uint64 index, bytes32[] calldata path)
        private
        view
    {
        _requireCount(path.length, Merkle.depth(count));
        Root computed = Merkle.climb(leaf, index, path);
        if (computed != root) revert NotInTree(computed, root);
    }

    // ---- derived

    /// Of the disputed transition. Requires that one is left.
    function _graph(Game storage game) private view returns (Graph) {
        return ProgramCodec.graphOf(game.claim.lo, game.claim.steps);
    }

    function _levels(uint8 height) private pure returns (uint8) {
        return height < LEVELS_MAX ? height : LEVELS_MAX;
    }

    function _hashOfChunks(bytes calldata data) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[]((data.length + CHUNK_SIZE - 1) / CHUNK_SIZE);
        for (uint256 i = 0; i < hashes.length; ++i) {
            uint256 end = (i + 1) * CHUNK_SIZE;
            hashes[i] = keccak256(data[i * CHUNK_SIZE:end < data.length ? end : data.length]);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _sources(Game storage game, bytes32[12] calldata header)
        private
        view
        returns (Sources memory sources)
    {
        sources.header = header;
        sources.traceRoot = game.traceRoot;
        sources.traceCount = ProgramCodec.nodeCount(header, _graph(game));
        sources.state = game.claim.rootLo;
        sources.hasState = _graph(game) != Graph.Init;
    }

    function _question(Game storage game, bytes32[8] calldata node, uint64 extra)
        private
        view
        returns (Question memory question)
    {
        question.node = node;
        question.nodeIndex = game.nodeIndex;
        question.element = game.element;
        question.position = game.chainLo;
        question.lane = game.lane;
        question.before = game.accLo;
        question.claimed = game.kind == ChainKind.None ? game.claimed : game.accHi;
        question.extra = extra;
    }
}
