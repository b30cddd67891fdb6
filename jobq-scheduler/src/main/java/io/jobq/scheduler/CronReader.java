package io.jobq.scheduler;

import com.cronutils.model.SingleCron;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.constraint.FieldConstraints;
import com.cronutils.model.field.definition.FieldDefinition;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import com.cronutils.model.field.expression.visitor.ValidationFieldExpressionVisitor;
import com.cronutils.model.field.value.SpecialChar;
import com.cronutils.parser.CronParser;
import com.cronutils.parser.CronParserField;
import io.jobq.scheduler.Cron.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Has cron-utils read an expression, one item of one field after the other: it says what is wrong, and we know where. Used
 * once, by one thread.
 */
final class CronReader {
    private static final int LONGEST = 250;
    private static final Pattern PART = Pattern.compile("[^ \\t]+");
    /** Of other texts cron-utils drops what it does not understand, such as the end of {@code 1-5-}, or throws anything. */
    private static final Pattern ITEM = Pattern.compile(
            "(\\*|N(-N)?)(/D)?|N(L|#[1-5])|L(-D)?|LW|DW"
                    .replace("N", "(D|[A-Z]{3})")
                    .replace("D", "\\d{1,9}"),
            Pattern.CASE_INSENSITIVE);

    private static final List<Map.Entry<SpecialChar, String>> SIGNS = List.of(
            Map.entry(SpecialChar.QUESTION_MARK, " ?"),
            Map.entry(SpecialChar.L, " L"),
            Map.entry(SpecialChar.W, " W"),
            Map.entry(SpecialChar.HASH, " #"));

    private final Dialect dialect;
    private final String expression;
    private final CronDefinition definition;
    private final List<FieldDefinition> fields;
    private final List<MatchResult> parts;

    CronReader(Dialect dialect, String expression) {
        if (expression.length() > LONGEST) {
            throw error(expression, LONGEST, "it is longer than " + LONGEST + " characters");
        }
        this.dialect = dialect;
        this.expression = expression;
        this.definition = CronDefinitions.of(dialect);
        this.fields = List.copyOf(definition.retrieveFieldDefinitionsAsMap().values());
        this.parts = PART.matcher(expression).results().toList();
    }

    /** The expression with single blanks and in capitals; an alias in small letters. */
    String text() {
        String text = parts.stream().map(MatchResult::group).collect(Collectors.joining(" "));
        return isAlias() ? text.toLowerCase(Locale.ROOT) : text.toUpperCase(Locale.ROOT);
    }

    /** The fields that are there; what they allow is not yet known to occur. */
    Map<CronFieldName, CronField> read() {
        if (isAlias()) {
            return alias();
        }
        requireCount();
        List<CronField> read = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            read.add(field(fields.get(i), parts.get(i)));
        }
        SingleCron cron = new SingleCron(definition, read);
        if (!definition.getCronConstraints().stream().allMatch(each -> each.validate(cron))) {
            throw error(
                    definition.getFieldDefinition(CronFieldName.DAY_OF_WEEK),
                    start(CronFieldName.DAY_OF_WEEK),
                    "one of day-of-month and day-of-week must be ?, and the other not");
        }
        return cron.retrieveFieldsAsMap();
    }

    /** The expression is well formed, but no date fits. */
    CronSyntaxException never() {
        return error(start(CronFieldName.DAY_OF_MONTH), "no date has such a day, month and weekday");
    }

    private boolean isAlias() {
        return !parts.isEmpty() && parts.get(0).group().startsWith("@");
    }

    private Map<CronFieldName, CronField> alias() {
        List<String> known = definition.getCronNicknames().stream()
                .map(each -> "@" + Words.of(each))
                .sorted()
                .toList();
        if (!known.contains(text())) {
            throw error(
                    parts.get(0).start(),
                    known.isEmpty() ? Words.of(dialect) + " cron has no aliases" : "no such alias; there are " + known);
        }
        return new CronParser(definition).parse(text()).retrieveFieldsAsMap();
    }

    private void requireCount() {
        long least = fields.stream().filter(each -> !each.isOptional()).count();
        if (parts.size() < least || parts.size() > fields.size()) {
            String names = fields.stream().map(CronReader::label).collect(Collectors.joining(" "));
            throw error(
                    parts.size() < least
                            ? expression.length()
                            : parts.get(fields.size()).start(),
                    parts.size() + " fields, but " + Words.of(dialect) + " cron has "
                            + (least < fields.size() ? least + " or " : "") + fields.size() + ": " + names);
        }
    }

    private CronField field(FieldDefinition field, MatchResult part) {
        FieldConstraints constraints = field.getConstraints();
        if (part.group().equals("?")) {
            return new CronField(field.getFieldName(), item(field, part.start(), "?"), constraints);
        }
        And items = new And();
        int position = part.start();
        for (String item : part.group().split(",", -1)) {
            if (!ITEM.matcher(item).matches()) {
                String problem = item.isEmpty() ? "a value is missing" : Words.quote(item) + " is not expected here";
                throw error(field, position, problem);
            }
            items.and(item(field, position, item));
            position += item.length() + 1;
        }
        return new CronField(field.getFieldName(), items, constraints);
    }

    private FieldExpression item(FieldDefinition field, int position, String item) {
        FieldConstraints constraints = field.getConstraints();
        try {
            FieldExpression read = new CronParserField(field.getFieldName(), constraints)
                    .parse(item.toUpperCase(Locale.ROOT))
                    .getExpression();
            read.accept(new ValidationFieldExpressionVisitor(constraints));
            refuseWhatTheDialectLacks(field, read);
            return read;
        } catch (IllegalArgumentException refused) {
            throw error(field, position, Words.quote(item) + ": " + refused.getMessage());
        }
    }

    /** What definitions of cron-utils cannot refuse. */
    private void refuseWhatTheDialectLacks(FieldDefinition field, FieldExpression read) {
        if (dialect == Dialect.UNIX && read instanceof Every every && every.getExpression() instanceof On) {
            throw new IllegalArgumentException("a step needs a range before it, or *");
        }
        if (read instanceof On on && on.getSpecialChar().getValue() == SpecialChar.L) {
            boolean alone = on.getTime().getValue() < 0;
            boolean offset = on.getNth().getValue() >= 0;
            boolean date = field.getFieldName() == CronFieldName.DAY_OF_MONTH;
            if (date ? !alone : offset || (alone && dialect != Dialect.QUARTZ)) {
                throw new IllegalArgumentException("L is the last day of the month, FRIL its last Friday");
            }
        }
    }

    private int start(CronFieldName name) {
        return parts.get(fields.indexOf(definition.getFieldDefinition(name))).start();
    }

    private CronSyntaxException error(FieldDefinition field, int position, String problem) {
        return error(
                position,
                label(field) + ": " + problem + "; allowed in " + Words.of(dialect) + " cron: "
                        + allowed(field.getConstraints()));
    }

    private static String allowed(FieldConstraints field) {
        String names = field.getStringMappingKeySet().contains("JAN") ? " or JAN-DEC" : " or SUN-SAT";
        return field.getStartRange() + "-" + field.getEndRange()
                + (field.getStringMappingKeySet().isEmpty() ? "" : names)
                + " with * , - /"
                + SIGNS.stream()
                        .filter(each -> field.getSpecialChars().contains(each.getKey()))
                        .map(Map.Entry::getValue)
                        .collect(Collectors.joining());
    }

    private CronSyntaxException error(int position, String problem) {
        return error(expression, position, problem);
    }

    private static CronSyntaxException error(String expression, int position, String problem) {
        return new CronSyntaxException(
                position, "cron expression " + Words.quote(expression) + " at position " + position + ": " + problem);
    }

    private static String label(FieldDefinition field) {
        return Words.of(field.getFieldName()).replace('_', '-');
    }
}
