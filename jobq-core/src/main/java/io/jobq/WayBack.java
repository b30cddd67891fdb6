package io.jobq;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.impl.TypeWrappedSerializer;

/**
 * Refuses to write what can't be read back. Jackson asks once per class, when it makes the class's serializer, and keeps that
 * in the mapper only.
 */
final class WayBack extends ValueSerializerModifier {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<DeserializationContext> reading;

    WayBack(Supplier<DeserializationContext> reading) {
        this.reading = reading;
    }

    @Override
    public List<BeanPropertyWriter> changeProperties(
            SerializationConfig config, BeanDescription.Supplier described, List<BeanPropertyWriter> written) {
        JavaType type = described.getType();
        DeserializationContext context = reading.get();
        ValueDeserializer<Object> reader = reader(context, type, "it can't be read back");
        if (reader instanceof BeanDeserializerBase bean) {
            requireInstances(type, bean);
            requireState(type, written);
            written.forEach(property -> requireProperty(type, bean, property));
        }
        for (BeanPropertyWriter property : written) {
            if (!isWrittenOnly(property)) {
                requireReadable(context, type, property, property.getType());
            }
        }
        return written;
    }

    /** With its type id wherever it stands, since a list or a generic record of it does not know what it holds. */
    @Override
    public ValueSerializer<?> modifySerializer(
            SerializationConfig config, BeanDescription.Supplier described, ValueSerializer<?> serializer) {
        boolean polymorphic =
                config.getAnnotationIntrospector().findPolymorphicTypeInfo(config, described.getClassInfo()) != null;
        return polymorphic ? new WithTypeId(described.getType(), serializer) : serializer;
    }

    /** Becomes Jackson's own once there is a context. */
    private static final class WithTypeId extends ValueSerializer<Object> {
        private final JavaType type;
        private final ValueSerializer<Object> plain;

        @SuppressWarnings("unchecked") // Jackson asks it for values of its type only
        WithTypeId(JavaType type, ValueSerializer<?> plain) {
            this.type = type;
            this.plain = (ValueSerializer<Object>) plain;
        }

        @Override
        public void resolve(SerializationContext context) {
            plain.resolve(context);
        }

        @Override
        @SuppressWarnings("unchecked") // as above
        public ValueSerializer<?> createContextual(SerializationContext context, BeanProperty property) {
            return new TypeWrappedSerializer(context.findTypeSerializer(type), (ValueSerializer<Object>)
                    plain.createContextual(context, property));
        }

        @Override
        public void serialize(Object value, JsonGenerator json, SerializationContext context) {
            plain.serialize(value, json, context);
        }
    }

    private static void requireInstances(JavaType type, BeanDeserializerBase reader) {
        if (!reader.getValueInstantiator().canInstantiate()) {
            throw refusal(
                    type,
                    "no instance can be made when it is read; give it a constructor without parameters, or one"
                            + " annotated with @JsonCreator, or make it a record");
        }
    }

    private static void requireState(JavaType type, List<BeanPropertyWriter> written) {
        for (Class<?> c = type.getRawClass(); written.isEmpty() && c != null; c = c.getSuperclass()) {
            if (Stream.of(c.getDeclaredFields()).anyMatch(WayBack::isState)) {
                throw refusal(type, "nothing of it is written, since it has neither getters nor public fields");
            }
        }
    }

    private static boolean isState(Field field) {
        return (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0;
    }

    private static void requireProperty(JavaType type, BeanDeserializerBase reader, BeanPropertyWriter property) {
        if (!reader.hasProperty(property.getName()) && !property.isUnwrapping() && !isWrittenOnly(property)) {
            throw refusal(
                    type,
                    "its property '" + property.getName() + "' is written, but has no way back; give it a setter, a"
                            + " field or a constructor parameter of that name, or leave it out with @JsonIgnore");
        }
    }

    /** It was told so. */
    private static boolean isWrittenOnly(BeanPropertyWriter property) {
        JsonProperty annotation = property.getAnnotation(JsonProperty.class);
        return annotation != null && annotation.access() == JsonProperty.Access.READ_ONLY;
    }

    private static void requireReadable(
            DeserializationContext context, JavaType owner, BeanPropertyWriter property, JavaType type) {
        String what = "its property '" + property.getName() + "' can't be read back as " + type.toCanonical();
        if (type.getKeyType() != null) {
            requireKeys(context, owner, what, type.getKeyType());
        }
        JavaType content = type.getContentType() == null ? type.getReferencedType() : type.getContentType();
        if (content != null) {
            requireReadable(context, owner, property, content);
        } else if (type.isAbstract()
                && !type.isPrimitive()
                && !type.isEnumType()
                && property.getTypeSerializer() == null) {
            requireConcrete(context, owner, what, type);
        }
    }

    private static void requireConcrete(DeserializationContext context, JavaType owner, String what, JavaType type) {
        ValueDeserializer<Object> reader = reader(context, type, what);
        boolean abstractOnly = reader.getClass().getSimpleName().equals("AbstractDeserializer");
        if (abstractOnly && context.findTypeDeserializer(type) == null) {
            throw refusal(
                    owner,
                    what + ", which is abstract: nothing in the JSON says which class it was; annotate it with"
                            + " @JsonTypeInfo and @JsonSubTypes, or declare a concrete class");
        }
    }

    private static void requireKeys(DeserializationContext context, JavaType owner, String what, JavaType key) {
        try {
            context.findKeyDeserializer(key, null);
        } catch (JacksonException unreadable) {
            throw refusal(owner, what + ": no map key is read as " + key.toCanonical());
        }
    }

    private static ValueDeserializer<Object> reader(DeserializationContext context, JavaType type, String what) {
        try {
            return context.findNonContextualValueDeserializer(type);
        } catch (JacksonException unreadable) {
            throw refusal(type, what + ": " + unreadable.getOriginalMessage());
        }
    }

    private static InvalidDefinitionException refusal(JavaType type, String why) {
        return InvalidDefinitionException.from(
                (JsonGenerator) null, type.getRawClass().getName() + " would not arrive as it is: " + why, type);
    }
}
