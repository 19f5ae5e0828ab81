// SPDX-License-Identifier: Apache-2.0
// A game from its opening to its verdict, whatever is played: what it keeps, whose move it is until when, how it ends.
// The moves are in the contracts built on this one; each begins with `_move` and ends by naming the next phase, or by
// `_decide`.
pragma solidity 0.8.37;

import {ChainKind} from "src/dispute/Chains.sol";
import {
    Claim,
    GameId,
    GameState,
    IDisputeGame,
    IVerdicts,
    Outcome,
    Phase
} from "src/dispute/IDisputeGame.sol";
import {Graph, ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp, currentTime} from "src/dispute/Timestamp.sol";
import {Turn, Turns} from "src/dispute/Turn.sol";
import {DType} from "src/float/Convert32.sol";

abstract contract GameLife is IDisputeGame {
    using Turns for Turn;

    /// Reference steps of grace for a move that re-executes at most a step or so.
    uint64 private constant GRACE_STEPS = 8;

    /// One game. Fields that change together share a slot.
    struct Game {
        Turn turn;
        Claim claim; // rootLo, rootHi, lo, hi narrow during STEPS
        Root traceRoot; // until TRACE: what it must be, if not zero
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

    mapping(GameId => Game) private _games;

    /// @param market_ the JobMarket, deployed later
    constructor(IVerdicts market_) {
        market = market_;
    }

    modifier onlyMarket() {
        if (msg.sender != address(market)) revert NotTheMarket(msg.sender);
        _;
    }

    // ---- the market's

    /// @inheritdoc IDisputeGame
    function open(GameId gameId, Claim calldata claim) external onlyMarket {
        _open(gameId, claim);
    }

    /// @inheritdoc IDisputeGame
    function openAnswered(GameId gameId, Claim calldata claim, Root traceRoot) external onlyMarket {
        _open(gameId, claim);
        _games[gameId].traceRoot = traceRoot;
    }

    function _open(GameId gameId, Claim calldata claim) private {
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

    // ---- anybody's

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
    function _move(GameId gameId, Phase needed) internal returns (Game storage game) {
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

    function _stepsOrTrace(uint64 lo, uint64 hi) internal pure returns (Phase) {
        return hi - lo > 1 ? Phase.Steps : Phase.Trace;
    }

    function _decide(GameId gameId, Game storage game, bool responderWon) internal {
        game.turn.phase = Phase.Over;
        game.turn.outcome = responderWon ? Outcome.ResponderWon : Outcome.ChallengerWon;
        emit GameOver(gameId, game.turn.outcome);
        market.verdict(gameId, responderWon);
    }

    // ---- what a move must satisfy

    function _requireCount(uint256 actual, uint256 needed) internal pure {
        if (actual != needed) revert WrongCount(actual, needed);
    }

    function _requirePiece(uint256 piece, uint256 pieces) internal pure {
        if (piece >= pieces) revert PieceOutOfRange(piece, pieces);
    }

    function _requirePosted(Game storage game, bytes32 hash) internal view {
        if (hash != game.pending) revert NotAsPosted(hash, game.pending);
    }

    function _requireProgram(Game storage game, bytes32[12] calldata header) internal view {
        Root root = ProgramCodec.programRoot(header);
        if (root != game.claim.programRoot) revert NotTheProgram(root, game.claim.programRoot);
    }

    /// Of the disputed transition. Requires that one is left.
    function _graph(Game storage game) internal view returns (Graph) {
        return ProgramCodec.graphOf(game.claim.lo, game.claim.steps);
    }
}
