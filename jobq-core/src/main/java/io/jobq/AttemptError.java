package io.jobq;

import java.time.Duration;
import java.time.Instant;

/**
 * How an attempt failed.
 *
 * @param attempt which attempt, 1-based
 * @param errorClass full class name of the throwable
 * @param message its message, at most 1,000 characters
 * @param stack its stack trace, at most 4,000 characters; empty when there is none
 * @param at when, by the storage's clock
 * @param ran how long the attempt had run
 * @param worker the worker it ran on
 */
public record AttemptError(
        int attempt, String errorClass, String message, String stack, Instant at, Duration ran, String worker) {}
