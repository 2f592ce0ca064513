module github.com/${{ values.account }}/${{ values.repository }}

go 1.25
