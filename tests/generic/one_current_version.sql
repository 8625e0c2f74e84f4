{#- Of each entity exactly one version is current. -#}
{% test one_current_version(model, entity, flag) %}
    select {{ entity }}, count(*) filter (where {{ flag }}) as current_versions
    from {{ model }}
    group by {{ entity }}
    having count(*) filter (where {{ flag }}) <> 1
{% endtest %}
